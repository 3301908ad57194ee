// Reads files with html-validate and says what it found: as JSON, one {page, rule, text} for
// every finding. Its one argument is JSON too: an object of file names by address.
import { FileSystemConfigLoader, HtmlValidate } from "html-validate"

// Every rule of the recommended set holds but these.
const rules = {
  // HTML takes either case; ours is lower case, like every other word of the markup.
  "doctype-style": ["error", { style: "lowercase" }],
  // HTML allows any id without spaces. Ids of templates begin with _, so that no heading of
  // an author's text can take one.
  "valid-id": ["error", { relaxed: true }],
  // A bulletin's title is its author's sentence, and the page's title is not cut short of it.
  "long-title": "off",
  // Authors write tables in raw HTML; browsers put in the tbody that HTML lets them leave out.
  "prefer-tbody": "off",
}

const validator = new HtmlValidate(new FileSystemConfigLoader({ root: true, extends: ["html-validate:recommended"], rules }))
const findings = []
for (const [page, file] of Object.entries(JSON.parse(process.argv[2]))) {
  const report = await validator.validateFile(file)
  for (const result of report.results) for (const m of result.messages)
    findings.push({ page, rule: m.ruleId, text: `${m.line}:${m.column}: ${m.message}` })
}
console.log(JSON.stringify(findings))
