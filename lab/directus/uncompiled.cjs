// What runs scripts of flows would have to be compiled first. Nobody here has any, so nothing stands in its place.
const Module = require("node:module");
const load = Module._load;
Module._load = (request, ...others) =>
  request === "./out/isolated_vm" ? { ivm: {} } : load(request, ...others);
