/**
 * The start tags of an XML text with their attributes, which is all that OME-XML needs. Nothing is ever
 * fetched or expanded: of entities only XML's own five and characters by number are decoded, and a text with
 * a document type has no tags. The time that it takes grows with the text and no faster.
 */

export interface XmlTag {
  /** Without a namespace's prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What follows the tag, up to the next one, as it stands. */
  readonly text: string;
}

/** Yields the tags in their order; ends at the first thing that isn't XML. */
export function* xmlTags(xml: string): Generator<XmlTag> {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    if (xml.startsWith('<!--', at)) at = after(xml, '-->', at);
    else if (xml.startsWith('<![CDATA[', at)) at = after(xml, ']]>', at);
    else if (xml.startsWith('<!', at)) return;
    else if (xml.startsWith('<?', at)) at = after(xml, '?>', at);
    else if (xml.startsWith('</', at)) at = after(xml, '>', at);
    else {
      const next = xml.indexOf('<', at + 1);
      const whole = xml.slice(at + 1, next < 0 ? undefined : next);
      const name = /^(?:[\w.-]+:)?([\w.-]+)/.exec(whole);
      if (!name) return;
      const attribute = /\s+([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
      attribute.lastIndex = name[0].length;
      const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
      let end = attribute.lastIndex;
      for (let match = attribute.exec(whole); match; match = attribute.exec(whole)) {
        attributes[match[1]!] = decodeEntities(match[2] ?? match[3]!);
        end = attribute.lastIndex;
      }
      yield { name: name[1]!, attributes, text: whole.slice(whole.indexOf('>', end) + 1) };
      at += 1 + end;
    }
  }
}

function after(xml: string, mark: string, at: number): number {
  const found = xml.indexOf(mark, at);
  return found < 0 ? xml.length : found + mark.length;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name, tens, hex) => {
      if (name) return ENTITIES[(name as string).toLowerCase()]!;
      const code = tens ? Number(tens) : parseInt(hex as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
