// What openapi-typescript has no type for is what the document leaves open, and nothing else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import ts from "typescript";

/** Any JSON, as the document says of these. */
const OPEN = ["AuditChange.new", "AuditChange.old", "Job.result", "RuleVersionAnswer.config"];

/** Objects whose members are named by somebody else, and hold anything. */
const MAPS = [
  "AddLeadResponseRequest.answers",
  "CreateLeadRequest.answers",
  "LeadResponseAnswer.answers",
  "PreferencesAnswer.preferences",
  "ToldEventRequest.event_data",
  "UpdatePreferencesRequest.preferences",
];

/** Where something can be anything, within a node that stands at this place. */
function* untyped(node: ts.Node, source: ts.SourceFile, place: readonly string[]): Generator<string> {
  const isAny = node.kind === ts.SyntaxKind.AnyKeyword;
  const isUnknown = node.kind === ts.SyntaxKind.UnknownKeyword;
  // Every answer may have more headers than are described.
  if (isAny || (isUnknown && place.at(-1) !== "headers")) {
    yield `${place.join(".")}: ${node.getText(source)}`;
  }
  const isNamed = ts.isInterfaceDeclaration(node) || ts.isPropertySignature(node);
  const inside = isNamed ? [...place, node.name.getText(source)] : place;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* untyped(child, source, inside);
}

const [, , file] = process.argv;
assert(file, "say which file was generated");
const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);

const expected = [...OPEN, ...MAPS].map((member) => `components.schemas.${member}: unknown`);
assert.deepEqual([...untyped(source, source, [])].sort(), expected.sort());
