// The project of the exchange with a source video in it, the frames of which are told apart by their brightness.
import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

// Grey, which no matrix changes; a neighbour is at least 80 levels away, so that a frame that is shown too early or
// too late leaves some 17 dB.
const BRIGHTNESS = "40+mod(N*83,176)";

export const makeVideoProject = async (project, directory) => {
  cpSync(project, directory, { recursive: true });
  await promisify(execFile)("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=black:size=64x48:rate=30:duration=1",
    "-vf", `format=yuv420p,geq=lum='${BRIGHTNESS}':cb=128:cr=128`, "-c:v", "libx264", "-crf", "8",
    path.join(directory, "clip.mp4")]);
  const page = path.join(directory, "index.html");
  const clip = '<video id="clip" src="clip.mp4" muted data-start="0" data-duration="1" data-track-index="1"' +
    ' style="position: absolute; left: 90px; top: 0; width: 64px; height: 40px; object-fit: cover"></video>';
  writeFileSync(page, readFileSync(page, "utf8").replace('<div id="gauge"></div>', `${clip}\n      <div id="gauge"></div>`));
  return directory;
};
