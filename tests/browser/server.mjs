// A `kandy-harness serve` beside the one that a browser test has.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// Starts the command at `program` on a port, 0 for any; gives what it says of itself, and how to end it.
export async function serve(program, port, ...options) {
  const child = spawn(program, ["serve", "--port", String(port), "--json", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise((come, fail) => {
    lines.once("line", come);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`serve has ended with ${code}`)));
  });
  // Whoever waits for this program would wait for it, too.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((over) => child.once("exit", over)).finally(() => process.off("exit", kill));
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { ...JSON.parse(line), stop };
}
