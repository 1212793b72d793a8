import type { NameId } from '../symbol.ts';
import { matchArgument } from './arguments.ts';
import type { Engine } from './engine.ts';
import type { Frame } from './frame.ts';
import { componentKey, placeOf } from './stores.ts';
import { allFacts, type Value } from './value.ts';

/** A field is assigned, or with `key` an element: sinks like `$X.innerHTML = $SINK`, handlers, places that are read elsewhere. */
export function assigned(analysis: Engine, frame: Frame, object: Value, name: NameId, value: Value, node: number, key?: Value): void {
  const { module } = frame;
  const put = (place: string): void => {
    if (!analysis.quiet) analysis.stores.put(place, allFacts(value), module, node);
  };
  const symbol = analysis.childSymbol(frame, object.symbol, name);
  const component = componentKey(module, module.names.text(name));
  if (component !== undefined) put(component);
  for (const rule of analysis.rules(frame).assign(symbol)) {
    if (rule.is === 'store') put(placeOf(frame, symbol));
    const pattern = rule.pattern.arguments[0];
    const bound = pattern === undefined ? undefined : matchArgument(pattern, value, node, frame);
    if (bound === undefined) continue;
    if (rule.is === 'match') analysis.matched(frame, rule.match, bound, node);
    else if (rule.is === 'handler') analysis.handle(frame, value, rule.handler);
    else if (rule.is === 'sink') {
      for (const one of bound) if (one.metavariable === '$SINK') analysis.reached(frame, rule.sink, one.value, node);
      if (rule.pattern.key === '$SINK' && key !== undefined) analysis.reached(frame, rule.sink, key, node);
    }
  }
}
