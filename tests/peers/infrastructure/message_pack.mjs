// MessagePack as Terraform and its providers write values to each other. A value that is not known yet is an
// extension; it is kept as it came.

export class Extension {
  constructor(type, bytes) {
    this.type = type;
    this.bytes = bytes;
  }
}

export const unknown = new Extension(0, Buffer.from([0]));

export function decode(bytes) {
  const buffer = Buffer.from(bytes);
  let at = 0;
  const take = (count) => buffer.subarray(at, (at += count));
  const unsigned = (count) => take(count).readUIntBE(0, count);
  const text = (count) => take(count).toString("utf8");
  const array = (count) => Array.from({ length: count }, value);
  const map = (count) => Object.fromEntries(Array.from({ length: count }, () => [value(), value()]));
  const extension = (count) => new Extension(take(1).readInt8(), Buffer.from(take(count)));
  function value() {
    const lead = unsigned(1);
    if (lead <= 0x7f) return lead;
    if (lead <= 0x8f) return map(lead & 0x0f);
    if (lead <= 0x9f) return array(lead & 0x0f);
    if (lead <= 0xbf) return text(lead & 0x1f);
    if (lead >= 0xe0) return lead - 0x100;
    switch (lead) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc7: return extension(unsigned(1));
      case 0xca: return take(4).readFloatBE();
      case 0xcb: return take(8).readDoubleBE();
      case 0xcc: return unsigned(1);
      case 0xcd: return unsigned(2);
      case 0xce: return unsigned(4);
      case 0xcf: return Number(take(8).readBigUInt64BE());
      case 0xd0: return take(1).readInt8();
      case 0xd1: return take(2).readInt16BE();
      case 0xd2: return take(4).readInt32BE();
      case 0xd3: return Number(take(8).readBigInt64BE());
      case 0xd4: return extension(1);
      case 0xd5: return extension(2);
      case 0xd6: return extension(4);
      case 0xd7: return extension(8);
      case 0xd8: return extension(16);
      case 0xd9: return text(unsigned(1));
      case 0xda: return text(unsigned(2));
      case 0xdb: return text(unsigned(4));
      case 0xdc: return array(unsigned(2));
      case 0xdd: return array(unsigned(4));
      case 0xde: return map(unsigned(2));
      case 0xdf: return map(unsigned(4));
      default: throw new Error(`MessagePack byte 0x${lead.toString(16)} at ${at - 1} is not known here`);
    }
  }
  return value();
}

export function encode(value) {
  const head = (lead, count, bytes) => {
    const buffer = Buffer.alloc(1 + bytes);
    buffer[0] = lead;
    buffer.writeUIntBE(count, 1, bytes);
    return buffer;
  };
  if (value === null || value === undefined) return Buffer.from([0xc0]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0 && value <= 0x7f) return Buffer.from([value]);
    const buffer = Buffer.alloc(9);
    buffer[0] = 0xcb;
    buffer.writeDoubleBE(value, 1);
    return buffer;
  }
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([head(0xdb, bytes.length, 4), bytes]);
  }
  if (value instanceof Extension) {
    const lead = value.bytes.length === 1 ? Buffer.from([0xd4]) : head(0xc7, value.bytes.length, 1);
    return Buffer.concat([lead, Buffer.from([value.type]), value.bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length, 4), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([head(0xdf, entries.length, 4), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}
