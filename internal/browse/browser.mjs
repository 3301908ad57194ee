// Opens each page in headless Chromium as readers do, and says what is wrong there: as JSON,
// one {page, rule, text} for every finding. Its one argument is JSON too:
//
//   browser   the program      profile   an empty folder for its profile
//   hosts     its --host-resolver-rules, by which the pages come from this machine
//   patience  how long the browser may take for anything, in milliseconds
//   pages     full addresses
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import puppeteer from "puppeteer-core"

const { browser: program, profile, hosts, patience, pages } = JSON.parse(process.argv[2])
const axe = readFileSync(createRequire(process.cwd() + "/").resolve("axe-core/axe.min.js"), "utf8")

const schemes = ["light", "dark"]
const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
// What hangs on the colour scheme. Everything else is the same in both, and is asked once in each
// width: wide by day, narrow by night.
const colours = ["color-contrast", "link-in-text-block"]
const narrow = 360, wide = 1440
const widths = [320, narrow, 768, wide]

const findings = []

// layout runs in the page: what makes a reader scroll sideways, and text that is cut off.
function layout() {
  const found = [], root = document.documentElement, range = document.createRange()
  if (root.scrollWidth > root.clientWidth) found.push(["scroll", `the page is ${root.scrollWidth} px wide`])
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode
    if (!text.data.trim() || !text.parentElement.checkVisibility({ visibilityProperty: true })) continue
    range.selectNodeContents(text)
    const edge = cutOff([...range.getClientRects()], text.parentElement)
    if (edge) found.push(["clipped", `${edge} cuts off “${text.data.trim().slice(0, 60)}”`])
  }
  return found

  // cutOff names the box beyond whose edge a reader cannot get; text for screen readers
  // only stands in a box of one pixel, and is meant to be cut off.
  function cutOff(lines, box) {
    for (; box && box !== root; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box)
      const bounds = box.getBoundingClientRect()
      if (bounds.width <= 1 || bounds.height <= 1) return ""
      const hides = how => how === "hidden" || how === "clip"
      if (hides(overflowX) && lines.some(l => l.left < bounds.left - 1 || l.right > bounds.right + 1) ||
        hides(overflowY) && lines.some(l => l.top < bounds.top - 1 || l.bottom > bounds.bottom + 1)) return `<${box.localName} class="${box.className}">`
      if (overflowX === "auto" || overflowX === "scroll") return ""
    }
    return lines.some(l => l.left < -1 || l.right > root.clientWidth + 1) ? "the window" : ""
  }
}

// listen reports what the page says while it is there, and what it asks for elsewhere. It may
// not lead away: a page that has moved is judged, not followed.
async function listen(tab, address, report) {
  const issues = await tab.createCDPSession()
  await issues.send("Audits.enable")
  issues.on("Audits.issueAdded", ({ issue }) => {
    if (issue.code === "BounceTrackingIssue") return // of a page that has moved to another site: it means to lead away at once
    report(issue.code === "ContentSecurityPolicyIssue" ? "csp" : "issue", JSON.stringify(issue))
  })
  tab.on("console", message => report("console", `${message.type()}: ${message.text()}`))
  tab.on("pageerror", error => report("console", `error: ${error.message}`))
  tab.on("dialog", dialog => { report("console", `dialog: ${dialog.message()}`); dialog.dismiss() })
  await tab.setRequestInterception(true)
  tab.on("request", request => {
    const leads = request.isNavigationRequest() && request.frame() === tab.mainFrame()
    const foreign = new URL(request.url()).origin !== new URL(address).origin
    if (foreign && !leads) report("foreign", `asks for ${request.url()}`)
    leads && request.url() !== address || foreign ? request.abort("aborted") : request.continue()
  })
  tab.on("response", response => {
    if (response.status() >= 400) report("missing", `status ${response.status()} for ${response.url()}`)
  })
}

// look judges the open page in every width and colour scheme.
async function look(tab, report) {
  for (const width of widths) {
    await tab.setViewport({ width, height: 900 })
    for (const [rule, text] of await tab.evaluate(layout)) report(rule, `${width} px: ${text}`)
  }
  await tab.evaluate(axe)
  for (const width of [wide, narrow]) {
    await tab.setViewport({ width, height: 900 })
    for (const scheme of schemes) {
      await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }])
      const runOnly = (width === wide) === (scheme === "light") ? { type: "tag", values: standards } : { type: "rule", values: colours }
      const { violations } = await tab.evaluate(runOnly => window.axe.run(document, { runOnly, resultTypes: ["violations"], iframes: false }), runOnly)
      for (const { id, help, nodes } of violations) for (const node of nodes)
        report(id, `${width} px, ${scheme}: ${help}: ${node.html.slice(0, 160)}: ${node.failureSummary.replace(/\s+/g, " ")}`)
    }
  }
}

// read opens the page and returns the text that stands there to be read.
async function read(tab, address) {
  await tab.setViewport({ width: wide, height: 900 })
  await tab.goto(address, { waitUntil: "load" })
  return tab.evaluate(() => document.body.innerText)
}

async function readWithoutScript(tab, address) {
  await tab.setJavaScriptEnabled(false)
  return read(tab, address)
}

async function judge(browser, address) {
  const report = (rule, text) => findings.push({ page: address, rule, text })
  const [tab, plain] = [await browser.newPage(), await browser.newPage()]
  for (const each of [tab, plain]) each.setDefaultTimeout(patience)
  try {
    await listen(tab, address, report)
    await listen(plain, address, report)
    if (await read(tab, address) !== await readWithoutScript(plain, address))
      report("script", "reads differently where no script runs")
    await look(tab, report)
  } catch (error) {
    report("broken", String(error.stack))
  } finally {
    await Promise.all([tab.close(), plain.close()])
  }
}

// The pipe ends the browser when this process ends, however it ends.
const browser = await puppeteer.launch({
  executablePath: program, userDataDir: profile, pipe: true, timeout: patience, protocolTimeout: patience,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--ignore-certificate-errors", `--host-resolver-rules=${hosts}`],
})
try {
  const queue = pages.values()
  const work = async () => { for (const address of queue) await judge(browser, address) }
  await Promise.all([work(), work()])
} finally {
  await browser.close()
}
console.log(JSON.stringify(findings))
