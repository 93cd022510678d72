import { CATALOGUE, type DiagnosticCode } from '../catalogue.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { Report } from '../report.ts';
import { AGREEMENTS, MUTUAL } from './agreement.ts';
import { loneInstances, loneServers } from './alone.ts';
import { matchInstances, matchServers, type Match } from './match.ts';
import type { Discord, Member, Rule, Side } from './member.ts';
import { RANKING } from './ranking.ts';
import { SERVER_AGREEMENTS } from './servers.ts';

/**
 * Says what does not fit together in the configurations of the boxes of a cluster.
 * @param members - those whose files could be read; what each says by itself is not judged again
 * @returns by file, line and column
 */
export function clusterDiagnostics(members: readonly Member[]): readonly Diagnostic[] {
  const report = new Report();
  for (const { outline } of members) {
    for (const statement of outline.statements) report.noteFile(statement.line.file.path);
  }
  const instances = matchInstances(members);
  const servers = matchServers(members);
  for (const { code, side, ...discord } of [
    ...loneInstances(instances, members),
    ...loneServers(servers, members),
  ]) {
    complain(report, code, { side, discord });
  }
  for (const match of instances) {
    apply(AGREEMENTS, withFirst(match), report);
    apply(RANKING, everyTwo(match), report);
    apply(MUTUAL, [...everyTwo(match), ...everyTwo(match.toReversed())], report);
  }
  for (const match of servers) apply(SERVER_AGREEMENTS, withFirst(match), report);
  return report.sorted();
}

interface Pair<S> {
  readonly here: Side<S>;
  readonly there: Side<S>;
}

/** What must be alike is compared with the first box only, so that one odd box is one complaint. */
function withFirst<S>(match: Match<S>): readonly Pair<S>[] {
  const [here, ...others] = match;
  return here === undefined ? [] : others.map((there) => ({ here, there }));
}

function everyTwo<S>(match: Match<S>): readonly Pair<S>[] {
  return match.flatMap((here, i) => match.slice(i + 1).map((there) => ({ here, there })));
}

function apply<S>(
  rules: readonly Rule<Pair<S>>[],
  pairs: readonly Pair<S>[],
  report: Report,
): void {
  for (const pair of pairs) {
    for (const { code, find } of rules) {
      for (const discord of find(pair)) complain(report, code, { side: pair.there, discord });
    }
  }
}

function complain(
  report: Report,
  code: DiagnosticCode,
  { side, discord }: { readonly side: Side<unknown>; readonly discord: Discord },
): void {
  const { message, at, other, hint } = discord;
  report.add(code, `${side.call.owner}: ${message}`, {
    line: at.line,
    start: at.start,
    end: at.end,
    severity: CATALOGUE[code].severity,
    hint,
    ...(other && { related: [other] }),
  });
}
