// MicroPython compiled to WebAssembly (npm), called as the unix port is: micropython SCRIPT ARGUMENT, or -c CODE.
import fs from "node:fs";
import path from "node:path";
const { loadMicroPython } = await import(process.env.MICROPYTHON_MODULE);
const mp = await loadMicroPython({ heapsize: 64 << 20, stdout: (line) => console.log(line), linebuffer: true });
function bring(name) {
  let folder = "";
  for (const part of path.dirname(name).split("/").filter(Boolean)) {
    folder += "/" + part;
    if (!mp.FS.analyzePath(folder).exists) mp.FS.mkdir(folder);
  }
  mp.FS.writeFile(name, fs.readFileSync(name));
}
try {
  if (process.argv[2] === "-c") {
    mp.runPython(process.argv[3]);
  } else {
    const [script, given] = process.argv.slice(2);
    const drive = JSON.parse(fs.readFileSync(given)).drive;
    const files = fs.readdirSync(drive, { withFileTypes: true }).filter((one) => one.isFile()).map((one) => one.name);
    [script, given, ...files.map((name) => path.join(drive, name))].forEach(bring);
    mp.runPython(`import sys\nsys.argv[:] = ["driver", "${given}"]\nexec(open("${script}").read(), {})`);
  }
} catch (problem) {
  console.error(String(problem.message));
  process.exit(1);
}
