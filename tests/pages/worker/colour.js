// Fetches what it answers, as a worker that decodes or computes would.
fetch('colour.txt').then((answer) => answer.text()).then((colour) => postMessage(colour.trim()));
