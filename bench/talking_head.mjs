// Makes the composition that people really make: a speaker's video over the whole picture, a second one in a corner,
// music that is turned down under the speech, and captions word by word. 1920x1080, 30 frames a second, any length.
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

const WORDS = ("every frame of this film is drawn by a page and nobody has to wait for a cloud to see what it looks like " +
  "two videos play under these words and the music steps back whenever somebody speaks").split(" ");
const WORDS_A_LINE = 5;
const SECONDS_A_LINE = 2;

const ffmpeg = (argumentsOfIt) => {
  const { status, stderr, error } = spawnSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...argumentsOfIt],
    { encoding: "utf8" });
  if (error || status !== 0) throw new Error(`ffmpeg ${argumentsOfIt.join(" ")}: ${error?.message ?? stderr}`);
};

const page = (seconds) => {
  const lines = [];
  for (let at = 0; at < seconds; at += SECONDS_A_LINE) {
    const first = (at / SECONDS_A_LINE) * WORDS_A_LINE;
    const words = Array.from({ length: WORDS_A_LINE }, (_, i) => `<span>${WORDS[(first + i) % WORDS.length]}</span>`);
    lines.push(`      <div class="line clip" data-start="${at}" data-duration="${Math.min(SECONDS_A_LINE, seconds - at)}"` +
      ` data-track-index="3">${words.join(" ")}</div>`);
  }
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Talking head</title>
    <script src="https://cdn.jsdelivr.net/npm/gsap@3.14.2/dist/gsap.min.js"></script>
    <style>
      body { margin: 0; background: #000; }
      #film { position: relative; width: 1920px; height: 1080px; overflow: hidden; font-family: Montserrat; }
      #speaker { position: absolute; inset: 0; width: 1920px; height: 1080px; object-fit: cover; }
      #guest { position: absolute; right: 60px; top: 60px; width: 480px; height: 270px; object-fit: cover;
        border-radius: 24px; box-shadow: 0 12px 40px #000a; }
      .line { position: absolute; left: 160px; right: 160px; bottom: 90px; text-align: center; color: #fff;
        font-size: 76px; font-weight: 800; text-shadow: 0 4px 18px #000c; }
      .line span { display: inline-block; }
    </style>
  </head>
  <body>
    <div id="film" data-composition-id="film" data-start="0" data-duration="${seconds}" data-width="1920"
      data-height="1080" data-fps="30">
      <video id="speaker" src="media/speaker.mp4" data-start="0" data-duration="${seconds}" data-track-index="0"></video>
      <video id="guest" src="media/guest.mp4" data-start="0" data-duration="${seconds}" data-track-index="1" muted></video>
      <audio id="music" src="media/music.m4a" data-start="0" data-duration="${seconds}" data-volume="0.4"
        data-track-index="2"></audio>
${lines.join("\n")}
    </div>
    <script>
      const film = gsap.timeline({ paused: true });
      document.querySelectorAll(".line").forEach((line) => {
        const start = Number(line.dataset.start);
        line.querySelectorAll("span").forEach((word, i) => {
          film.fromTo(word, { y: 24, opacity: 0.25 }, { y: 0, opacity: 1, color: "#ffd75e", duration: 0.25 }, start + i * 0.3);
        });
      });
      film.fromTo("#guest", { rotation: -1.5 }, { rotation: 1.5, duration: ${seconds}, ease: "none" }, 0);
      window.__timelines = window.__timelines || {};
      window.__timelines.film = film;
    </script>
  </body>
</html>
`;
};

// Into `directory`, which is made. Throws when ffmpeg is not there or fails.
export const makeTalkingHead = async (directory, seconds) => {
  const media = path.join(directory, "media");
  await mkdir(media, { recursive: true });
  const x264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-colorspace", "bt709",
    "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];
  ffmpeg(["-f", "lavfi", "-i", `testsrc2=size=1920x1080:rate=30:duration=${seconds}`, "-f", "lavfi", "-i",
    `sine=frequency=180:beep_factor=4:sample_rate=48000:duration=${seconds}`, "-vf", "noise=alls=6:allf=t", ...x264,
    "-crf", "20", "-c:a", "aac", path.join(media, "speaker.mp4")]);
  ffmpeg(["-f", "lavfi", "-i", `testsrc=size=1920x1080:rate=25:duration=${seconds}`, ...x264, "-crf", "20",
    path.join(media, "guest.mp4")]);
  ffmpeg(["-f", "lavfi", "-i", `aevalsrc=0.2*sin(2*PI*220*t)+0.1*sin(2*PI*331*t)|0.2*sin(2*PI*277*t):s=44100:d=${seconds}`,
    "-c:a", "aac", path.join(media, "music.m4a")]);
  await writeFile(path.join(directory, "index.html"), page(seconds));
};
