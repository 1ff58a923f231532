/** A reporter of node:test that prints nothing but the counts of the whole run, as JSON. */
export default async function* countReporter(source) {
  for await (const event of source) {
    // One summary comes for each file, which names it, and one for the whole run.
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = event.data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo });
  }
}
