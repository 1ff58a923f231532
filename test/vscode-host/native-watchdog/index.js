/** Stands in for the native `@vscode/native-watchdog`, which needs a compiler: ends this process when that one is gone. */
const POLL_MS = 3000;

exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(87);
    }
  }, POLL_MS).unref();
};
