// Points @google-cloud/workflows at the address in HYPERLOCAL_WORKFLOWS_ENDPOINT:
//
//   node --require ./workflows-endpoint.cjs my-program.js
//
// No Google client library reads an environment variable for the address of Workflows, and the published
// HyperFrames library makes its client without options. So this replaces the package's clients by ones
// that have the options for an emulator: plain HTTP, JSON instead of gRPC, no credentials. Without the
// variable it does nothing.
'use strict';

const Module = require('node:module');

const endpoint = process.env.HYPERLOCAL_WORKFLOWS_ENDPOINT;
const entryFile = /[\\/]@google-cloud[\\/]workflows[\\/]build[\\/]src[\\/]index\.js$/;

function optionsFor(address) {
  const url = new URL(address);
  return {
    fallback: true,
    protocol: url.protocol.replace(':', ''),
    apiEndpoint: url.hostname,
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    projectId: process.env.GOOGLE_CLOUD_PROJECT || 'local-project',
    // What the library asks of a GoogleAuth when it speaks JSON.
    auth: {
      fetch: (input, init) => fetch(input, init),
      getClient: async () => ({}),
      getProjectId: async () => process.env.GOOGLE_CLOUD_PROJECT || 'local-project',
    },
  };
}

function pointed(Client) {
  return class extends Client {
    constructor(options = {}, ...rest) {
      super({ ...optionsFor(endpoint), ...options }, ...rest);
    }
  };
}

if (endpoint) {
  // Every copy of the package passes here, whether it is required or imported.
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, file) {
    load(module, file);
    if (!entryFile.test(file)) return;
    const clients = {};
    for (const name of ['ExecutionsClient', 'WorkflowsClient']) {
      if (module.exports[name]) clients[name] = pointed(module.exports[name]);
    }
    module.exports = { ...module.exports, ...clients };
  };
}
