/** What one interface can hold. */
const VRIDS = 255;
const REAL_SERVERS = 4;

/**
 * @param count - how many, to 65,536
 * @returns virtual servers of four real servers with a check each, 56 lines a virtual server
 */
export function virtualServers(count: number): string {
  return repeat(count, (i) => {
    const servers = repeat(REAL_SERVERS, (n) => realServer(i * REAL_SERVERS + n, n + 1));
    return `virtual_server ${address(0, i)} 80 {
    delay_loop 6
    lvs_sched wlc
    lvs_method NAT
    protocol TCP
    persistence_timeout 50
${servers}}

`;
  });
}

function realServer(i: number, weight: number): string {
  return `    real_server ${address(64, i)} 8080 {
        weight ${weight}
        HTTP_GET {
            url {
                path /health
                status_code 200
            }
            connect_timeout 3
            retry 3
            delay_before_retry 2
        }
    }
`;
}

/**
 * @param count - how many
 * @returns VRRP instances with an address each, 255 on each of vrrp0, vrrp1, …
 */
export function vrrpInstances(count: number): string {
  return repeat(
    count,
    (i) => `vrrp_instance VI_${i} {
    state BACKUP
    interface vrrp${Math.floor(i / VRIDS)}
    virtual_router_id ${(i % VRIDS) + 1}
    priority 100
    advert_int 1
    virtual_ipaddress {
        ${address(128, i)}/32
    }
}

`,
  );
}

/** An address of 10.0.0.0/8, `block` the lowest value of its second octet. */
function address(block: number, i: number): string {
  return `10.${block + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
}

function repeat(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('');
}
