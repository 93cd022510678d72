/** Command lines that both programs must answer alike, from a table of `TABLE`. */

/** What is there before each of them. */
export const TABLE = `-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1
-a -t 10.0.0.1:80 -r 10.1.0.9:8080 -m -w 4
-A -t 10.0.0.2:0 -s wlc -p 50
-A -u 10.0.0.1:53 -s wrr -p 50 -M 255.255.0.0 --pe sip -o
-a -u 10.0.0.1:53 -r 10.1.1.1:53 -m -w 4 -x 8 -y 3
-A -f 5 -s wlc
-A -f 6 -6 -s wlc -p 60 -M 64
`;

const V = '-t 10.0.0.1:80';
const N = '-A -t 10.0.0.5:80';
const S = `-a ${V} -r 10.1.0.2`;

/** Every flag in its short and its long form, in lines that both carry out. */
const FORM_LINES = `-A -u 10.0.0.5:80 -s sh -b sh-port -p 9 -M 255.255.0.0 --pe sip -o
--add-service --udp-service 10.0.0.5:80 --scheduler sh --sched-flags sh-port --ops
--add-service --sctp-service 10.0.0.5:80 --persistent=9 --netmask 255.255.0.0
-E -f 6 -6 -s rr
--edit-service --fwmark-service 6 --ipv6 --scheduler rr
-D -t 10.0.0.1:80
--delete-service --udp-service 10.0.0.1:53
-a -t 10.0.0.1:80 -r 10.1.0.2 -g -w 4 -x 9 -y 3
--add-server --tcp-service 10.0.0.1:80 --real-server 10.1.0.2 --gatewaying --weight 4
-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gue --tun-port 6080 --tun-csum
--add-server -t 10.0.0.1:80 -r 10.1.0.2 --ipip --tun-type gue --tun-port 6080 --tun-remcsum
-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gre --tun-nocsum
-e -t 10.0.0.1:80 -r 10.1.0.9:8080 -m
--edit-server -t 10.0.0.1:80 -r 10.1.0.9:8080 --masquerading --u-threshold 9 --l-threshold 3
-d -t 10.0.0.1:80 -r 10.1.0.9:8080
--delete-server --tcp-service 10.0.0.1:80 --real-server 10.1.0.1
-L -n -c
-l --stats --exact --nosort
--list --numeric --rate --sort
--list --connection --persistent-conn
-L --persistent-conn
-L --thresholds
-L --tun-info
-L --timeout
-L --daemon
-S -n
--save --numeric
-Z
--zero
-C
--clear
-R
--restore
--set 1 2 3`.split('\n');

/** What stands after --start-daemon: each flag of a sync daemon, of the interface of the test. */
export const SYNC_OPTIONS =
  '--mcast-interface sync0 --syncid 9 --sync-maxlen 1300 --mcast-group ff05::1 --mcast-port 9 --mcast-ttl 4';

/** The usual run has every so many of the other lines. */
const USUAL_STEP = 24;

const SERVICES = `${N}|${N} -s lc|${N} --scheduler nq|${N} -s nope|${N} -p|${N} -p5|${N} -p 7|
${N} --persistent|${N} --persistent=9|${N} -p 0|${N} -p x|${N} -p 2678400|${N} -p 2678401|
-A -p -t 10.0.0.5:80|-A -p 50 -t 10.0.0.5:80|${N} -p -M 255.255.255.0|${N} -p -M x|
${N} -p -M 255.255.255.255|${N} -M 255.0.0.0|${N} --pe sip|${N} --pe nope|${N} -o|
-A -u 10.0.0.5:80 -o|-A -u 10.0.0.5:80 --ops -p|-A -u 10.0.0.5:80 --pe sip|
-A -u 10.0.0.5:80 -p --pe sip|-A --sctp-service 10.0.0.5:80|-A --sctp-service 10.0.0.5:80 -o|
-A -t [2001:db8::5]:80|-A -t 2001:db8::5|-A -t 2001:db8::5 -p|-A -t [2001:db8::5] -p|
-A -t [2001:db8::5]:80 -p -M 64|-A -t [2001:db8::5]:80 -p -M 129|-A -t [2001:db8::5]:80 -p -M 0|
-A -t [2001:db8::5]:80 -p -M 255.0.0.0|-A -t [::1|-A -t :80|-A -t 10.0.0.5:|-A -t 10.0.0.5|
-A -t 10.0.0.5 -p|-A -t 10.0.0.5:0|-A -t 10.0.0.5:http|-A -u 10.0.0.5:domain|-A -t 10.0.0.5:nope|
-A -t 10.0.0.5:70000|-A -t 10.0.0.5:-1|-A -t 10.0.0.5:80:90|-A -t 10.1:99|
-A -t localhost:99|-A -t 10.0.0.5:080|-A -t 10.0.0.5:0x50|-A -t 0.0.0.0:80|-A -t 224.0.0.1:80|
-A -f 7|-A -f 7 -6|-A -f 6|-A -f 0|-A -f x|-A -f -1|-A -f 4294967296|-A -f 10x|-A -6 -f 7|
-A -f 7 -6 -6|-A -f 7 -6 -p -M 48|-A -f 7 -6 -M 255.0.0.0|-A -f 7 -o|-A -f 7 -b flag-1,flag-2|
-A -f 7 -s sh -b sh-port|-A -f 7 -b sh-port -s sh|-A -f 7 -s sh -b flag-1|-A -f 7 -s mh -b mh-port|
-A -f 7 -s rr -b sh-port|-A -f 7 -s sh -b mh-port|-A -f 7 -b nope|-A -f 7 -s sh -b sh-port,|
-A ${V}|-E ${V} -s lc|-E ${V}|-E -t 10.0.0.9:80|-E ${V} -s nope|-E -t 10.0.0.2|-E -t 10.0.0.2 -p|
-E -u 10.0.0.1:53|-E -u 10.0.0.1:53 -s sh -b sh-port|-E -f 6 -6 -s rr|-D ${V}|-D -t 10.0.0.9:80|
-D -t 10.0.0.2|-D -f 6|-D -f 6 -6|-D -u 10.0.0.1:53|-C|--clear|-Z|-Z ${V}|-Z -t 10.0.0.9:80|
--zero|-Z -f 6 -6`;

const SERVERS = `${S}|${S}:80|${S}:8080|${S}:8080 -m|${S} -i|${S} -g -w 0|${S} -w 2147483647|
${S} -w 2147483648|${S} -w -1|${S} -w x|${S} -x 65536|${S} -x x|${S} -y 3|${S} -x 5 -y 6|${S} -x 9 -y 3|
-a ${V} -r 10.1.0.1|-a -t 10.0.0.9:80 -r 10.1.0.1|-a ${V} -r nope.invalid|-a ${V} -r 10.1.0.2:nope|
-a ${V} -r 224.0.0.1|-a ${V} -r 0.0.0.0|-a ${V} -r [2001:db8::1]:80|-a ${V} -r [2001:db8::1]:80 -m|
-a ${V} -r [2001:db8::1]:80 -i|-a ${V} -r 2001:db8::1 -i|-a ${V} -r [2001:db8::1] -i|
-a -f 5 -r 10.1.0.2|-a -f 5 -r 10.1.0.2:90|-a -f 5 -r 10.1.0.2:90 -m|-a -f 5 -r 2001:db8::1|
-a -f 6 -r 10.1.0.2|-a -f 6 -6 -r 2001:db8::1|-a -f 6 -6 -r 10.1.0.2|-a -f 6 -6 -r 10.1.0.2 -i|
-a -t 10.0.0.2 -r 10.1.0.2|-a -t 10.0.0.2 -r 10.1.0.2:80|-a -t 10.0.0.2 -r 10.1.0.2:80 -m|
-a -r 10.1.0.2 ${V}|-a -t=10.0.0.1:80 -r=10.1.0.2|-a -t10.0.0.1:80 -r10.1.0.2 -w7|
-at 10.0.0.1:80 -mr 10.1.0.2 --weight=4|${S} -g -m|${S} --masquerading --u-threshold 9 --l-threshold 3|
--add-server --tcp-service 10.0.0.1:80 --real-server 10.1.0.2 --gatewaying|${S} --ipip|
${S} -i --tun-type gue|${S} -i --tun-type gue --tun-port 0|${S} -i --tun-type gue --tun-port 70000|
${S} -i --tun-type gue --tun-port 6080|${S} -i --tun-type gue --tun-port 6080 --tun-csum|
${S} -i --tun-type gue --tun-port 6080 --tun-remcsum|${S} -i --tun-type gre|${S} -i --tun-type nope|
${S} -i --tun-type gre --tun-csum|${S} -i --tun-type gre --tun-port 5|${S} -i --tun-type gre --tun-remcsum|
${S} -i --tun-port 5|${S} -i --tun-csum|${S} --tun-csum|${S} -m --tun-type gue|
${S} -i --tun-type gue --tun-port 9 --tun-csum --tun-nocsum|
${S} -i --tun-type gue --tun-port 9 --tun-csum --tun-remcsum|${S} -i --tun-csum --tun-nocsum|
-a ${V} -r [2001:db8::1]:80 --tun-csum|-e ${V} -r 10.1.0.1 -w 9|-e ${V} -r 10.1.0.2|
-e -t 10.0.0.9:80 -r 10.1.0.1|-e ${V} -r 10.1.0.9:8080|-e ${V} -r 10.1.0.9:8080 -m|
-e -u 10.0.0.1:53 -r 10.1.1.1|-d ${V} -r 10.1.0.1|-d ${V} -r 10.1.0.9:8080|-d ${V} -r 10.1.0.2|
-d -t 10.0.0.9:80 -r 10.1.0.1`;

const LISTINGS = `-L|-l|--list|-L -n|-Ln|-L --numeric|-L -- |-L -- -n|-Ln ${V}|-L ${V} -n|-L -t 10.0.0.9:80|
-L -f 5|-L -f 6|-L -f 6 -6|-Ln ${V} --stats|-Ln ${V} --rate --exact|-Ln --timeout|-L --timeout --exact|
-L --daemon|-L --daemon -n|-Lnc|-Lnc --persistent-conn|-L --sort --sort|-L --syncid 3|-S|-Sn|-S -n|--save|
-S ${V}|-Ln --stats --rate|-Ln --stats --thresholds|-Ln --rate --persistent-conn|
-Ln --thresholds --tun-info|-Ln --persistent-conn --tun-info|-L -c ${V}|-L --timeout ${V}|
-L --daemon ${V}|-L -c --timeout|-L -c --daemon|-L --timeout --daemon|-L -c --stats|-L -c --rate|
-L -c --thresholds|-L --timeout --stats|-L --timeout --persistent-conn|-L --daemon --rate|
-L --daemon --persistent-conn|-L -c --timeout --stats|-L ${V} -c --rate|-L -n -n|-L --stats --stats|
-L --nosort --nosort|-L --exact --exact|-L -c -c`;

const OTHERS = `-A|-E|-D|-a|-e|-d|-A -s rr|-a ${V}|-a -r 10.1.0.1|-A -w 3|-a -w 3 -s rr|-D -s rr|
-a ${V} -p 4 -s rr -w 4|-A -b sh-port -w 3|-A extra|-L extra -s rr|-L extra -b sh-port|${N} -w x|
--set|--set 1|--set 1 2|--set 1 2 3|--set 1 2 3 4|--set a b c|--set 0 0 0|--set 2678400 1 1|
--set 2678401 1 1|--set 1 2 --sort|--set 1 2 3 -n|--set=1 2 3|-A -D ${V}|-L -S|-L -L|-l -L|-AD|-LnS|-Lx|
-Q|--foo|--l|--st|--add-s|-L --numer|-L --pers|-L --numeric=1|-Ln=1|-L --stats=1|-t 10.0.0.1:80 -L|-n -L|
foo|-n|-n --stats|-L -h|-L --help|-L -v|-L --set|-L --start-daemon|-A -t|-A -t -s rr|-A --tcp-service|-A -s|
-a -w|-A -ts rr|-A -M|-A -A|-A -f -s rr|${N} ${V}|${N} -f 3|${N} -p -p|${N} -s rr -s wrr|
${N} -M 255.0.0.0 -M 255.0.0.0|-A --pe sip --pe sip|-a -w 1 -w 2|-a -x 1 -x 2|-a -y 1 -y 2|-A -o -o|
-a -r 10.1.0.1 -r 10.1.0.2|-a --tun-port 1 --tun-port 2|-a --tun-csum --tun-csum|--list=foo|--restore foo|
-R -n|--start-daemon|--start-daemon nope|--stop-daemon|--stop-daemon nope|--start-daemon master=x|
--start-daemon master|--stop-daemon master|--stop-daemon=backup|
--start-daemon backup --mcast-interface nope|--start-daemon backup --mcast-interface lo --syncid 256|
--start-daemon backup --syncid x|--start-daemon backup --sync-maxlen 0|
--start-daemon backup --sync-maxlen 65508|--start-daemon backup --mcast-group 1.2.3.4|
--start-daemon backup --mcast-group x|--start-daemon backup --mcast-group 2001::1|
--start-daemon backup --mcast-port 0|--start-daemon backup --mcast-port 65536|
--start-daemon backup --mcast-ttl 0|--start-daemon backup --mcast-ttl 256|
--start-daemon master --syncid 1 --syncid 2|--start-daemon master -n|--stop-daemon master --mcast-ttl 3`;

/** What each option is to a command that it may not belong to. */
const EVERYWHERE = [
  V,
  '-s rr',
  '--pe sip',
  '-p',
  '-M 255.255.0.0',
  '-r 10.1.0.1',
  '-g',
  '-w 3',
  '-x 3',
  '-y 3',
  '-c',
  '--timeout',
  '--daemon',
  '--stats',
  '--rate',
  '--thresholds',
  '--persistent-conn',
  '--tun-info',
  '--nosort',
  '--sort',
  '--exact',
  '-n',
  '-o',
  '-b flag-1',
  '-6',
  '--syncid 3',
  '--sync-maxlen 500',
  '--mcast-interface lo',
  '--mcast-group 224.0.0.9',
  '--mcast-port 99',
  '--mcast-ttl 3',
  '--tun-type gue',
  '--tun-port 99',
  '--tun-csum',
];

const COMMANDS = ['-L'];

/** Each of them, as one would type it. */
export function commandLines(): readonly string[] {
  return [...new Set([...FORM_LINES, ...otherLines()])];
}

/** Those with every flag, and some of the others. */
export function usualCommandLines(): readonly string[] {
  const others = otherLines().filter((_, at) => at % USUAL_STEP === 0);
  return [...new Set([...FORM_LINES, ...others])];
}

function otherLines(): readonly string[] {
  const written = [SERVICES, SERVERS, LISTINGS, OTHERS].flatMap((block) => {
    return block.replaceAll('\n', '').split('|');
  });
  const combined = COMMANDS.flatMap((command) => EVERYWHERE.map((each) => `${command} ${each}`));
  return [...written, ...combined];
}

/** Standard inputs of -R. */
export const RESTORED: readonly string[] = [
  '',
  '-A -f 5 -s rr\n-a -f 5 -r 2.2.2.2:80 -g -w 1\n',
  'ipvsadm -A -f 5\nipvsadm\n  -A -f 6  \n\n\t-A\t-f  7',
  '-A -f 5\n-A -f 5\n-A -f 6\n',
  '-A -f 5\nbad\n-A -f 6\n',
  '-A -f 5\n-A -t x\n-A -f 6\n',
  '-A -f 5\n-Q\n-A -f 6\n',
  '# comment\n-A -f 5\n',
  '-A -f 5 # comment\n',
  '-A -t "1.1.1.1:80"\n',
  '-A -f 4\n-C\n-A -f 5\n-L -n\n-S\n',
  '-A -f 5\r\n-A -f 6\r\n',
  '-D -f 77\n-A -f 5\n',
  '--set 1 2 3\n-L --timeout\n',
];
