import { formatHost, type HttpProbe } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { Request } from './command-line.ts';

/**
 * @param request - of the command line
 * @param address - the server that is asked
 * @returns the question, as a checker would put it
 */
export function probeOf(request: Request, address: IpAddress = request.server): HttpProbe {
  const { port, url, virtualhost, mark } = request;
  return {
    type: request.useSsl ? 'SSL_GET' : 'HTTP_GET',
    target: { address, port, ...(mark !== undefined && { mark }) },
    connectTimeout: request.timeout,
    path: url,
    host: virtualhost ?? formatHost({ address, port }),
    httpProtocol: request.httpProtocol,
    ...(request.useSni && virtualhost !== undefined && { serverName: virtualhost }),
  };
}
