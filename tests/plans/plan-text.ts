/**
 * EXPLAIN (COSTS OFF) as a compact tree: one line a node, its properties behind it, why it was not pushed in brackets.
 *
 *   Hash Join  (o.customer_id = c.customer_id)   [its inputs are at lake and shop]
 *   ├─ Remote Query on shop  SELECT …
 *   └─ Remote Query on lake  SELECT …
 */
interface PlanLine {
  readonly title: string;
  readonly properties: string[];
  reason: string | undefined;
  readonly children: PlanLine[];
}

/** Properties whose value says enough without the name. */
const NAMELESS = new Set(['Remote SQL', 'Hash Cond', 'Merge Cond', 'Filter', 'Group Key', 'Sort Key', 'Limit', 'Expressions']);

export function compactPlan(explained: readonly string[]): string {
  const root: PlanLine = { title: '', properties: [], reason: undefined, children: [] };
  const open: { readonly indent: number; readonly node: PlanLine }[] = [{ indent: -1, node: root }];
  let label = '';
  explained.forEach((line, i) => {
    const indent = line.search(/\S/);
    const arrow = /^ *-> {2}(.*)$/.exec(line);
    if (arrow || i === 0) {
      while (open.at(-1)!.indent >= indent && open.length > 1) open.pop();
      const node: PlanLine = { title: label + (arrow?.[1] ?? line), properties: [], reason: undefined, children: [] };
      label = '';
      open.at(-1)!.node.children.push(node);
      open.push({ indent, node });
      return;
    }
    const property = /^ *([A-Z][A-Za-z ]*): (.*)$/.exec(line);
    if (!property) {
      label = `${line.trim()}: `;
      return;
    }
    const { node } = open.at(-1)!;
    const [, name, value] = property;
    if (name === 'Not Pushed') node.reason = value;
    else node.properties.push(NAMELESS.has(name!) ? value! : `${name!.toLowerCase()} ${value}`);
  });
  return root.children.flatMap((child) => draw(child, '', '')).join('\n');
}

function draw(node: PlanLine, lead: string, rest: string): string[] {
  const reason = node.reason === undefined ? '' : `   [${node.reason}]`;
  const own = `${lead}${[node.title, ...node.properties].join('  ')}${reason}`;
  const below = node.children.flatMap((child, i) =>
    i === node.children.length - 1 ? draw(child, `${rest}└─ `, `${rest}   `) : draw(child, `${rest}├─ `, `${rest}│  `),
  );
  return [own, ...below];
}
