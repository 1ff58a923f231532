/**
 * A reporter of node:test that prints nothing but the counts of the whole run, as JSON, and what failed with why: at the
 * end of a run of several groups its own list is far up.
 */
export default async function* countReporter(source) {
  const failures = [];
  for await (const event of source) {
    // Those around a failed test fail with it.
    if (event.type === 'test:fail' && event.data.details.error.failureType !== 'subtestsFailed') {
      const { name, file, details } = event.data;
      failures.push({ name, file, why: details.error.cause?.message ?? details.error.message });
    }
    // One summary comes for each file, which names it, and one for the whole run.
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = event.data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo, failures });
  }
}
