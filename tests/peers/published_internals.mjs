// A hook of Node's module loader: lets one function be imported that @hyperframes/producer has in its distributed
// bundle but does not export. The bundle itself is run as it was published; nothing is copied or written.
export const load = async (address, context, nextLoad) => {
  const loaded = await nextLoad(address, context);
  if (!address.endsWith("/@hyperframes/producer/dist/distributed.js")) return loaded;
  return { ...loaded, source: `${loaded.source}\nexport { canonicalJsonStringify };\n` };
};
