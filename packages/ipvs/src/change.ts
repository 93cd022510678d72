import type { IpAddress } from '@tandem/inet';
import type { Destination, Service, ServiceKey } from './table.ts';

/**
 * One request to the kernel. A list of them is applied in order: a service stands before its
 * destinations when it is added; deleting a service takes its destinations with it.
 */
export type TableChange =
  | { readonly type: 'add-service' | 'edit-service'; readonly service: Service }
  | { readonly type: 'delete-service'; readonly key: ServiceKey }
  | {
      readonly type: 'add-destination' | 'edit-destination';
      readonly key: ServiceKey;
      readonly destination: Destination;
    }
  | {
      readonly type: 'delete-destination';
      readonly key: ServiceKey;
      readonly address: IpAddress;
      readonly port: number;
    };
