/**
 * @param text - of /proc/net/snmp
 * @param name - of a counter of TCP
 * @returns what it stands at
 * @see the kernel's Documentation/networking/snmp_counter.rst
 */
export function tcpCounter(text: string, name: 'ActiveOpens' | 'RetransSegs'): number {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf(name)]);
}
