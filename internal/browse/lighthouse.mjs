// Lets Lighthouse score pages and says what keeps a score from 100: as JSON, one
// {page, rule, text} for every audit that failed. Its argument is that of browser.mjs.
//
// Performance is not scored here: a machine that runs tests is busy with other things.
import lighthouse from "lighthouse"
import puppeteer from "puppeteer-core"

const { browser: program, profile, hosts, patience, pages } = JSON.parse(process.argv[2])
const settings = {
  onlyCategories: ["accessibility", "best-practices", "seo"],
  disableFullPageScreenshot: true, logLevel: "silent",
  // Pages without a script are ready when they are loaded.
  pauseAfterFcpMs: 0, pauseAfterLoadMs: 300, networkQuietThresholdMs: 300, cpuQuietThresholdMs: 300,
  maxWaitForFcp: patience, maxWaitForLoad: patience,
}

const findings = []

// score reports audits that count and did not pass. A category without a score has audited
// nothing, which is no success.
function score(page, { lhr }) {
  const report = (rule, text) => findings.push({ page, rule, text })
  if (lhr.runtimeError) report("broken", lhr.runtimeError.message)
  for (const category of Object.values(lhr.categories)) {
    if (category.score === 1) continue
    report(category.id, `scores ${category.score === null ? "nothing" : Math.round(category.score * 100)}`)
    for (const { id, weight } of category.auditRefs) {
      const audit = lhr.audits[id]
      if (weight > 0 && audit.score !== 1 && !["notApplicable", "informative", "manual"].includes(audit.scoreDisplayMode))
        report(id, `${audit.title}: ${audit.errorMessage ?? JSON.stringify(audit.details?.items ?? [])}`)
    }
  }
}

const browser = await puppeteer.launch({
  executablePath: program, userDataDir: profile, pipe: true, timeout: patience, protocolTimeout: patience,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--ignore-certificate-errors", `--host-resolver-rules=${hosts}`],
})
try {
  for (const page of pages) {
    const tab = await browser.newPage()
    score(page, await lighthouse(page, settings, undefined, tab))
    await tab.close()
  }
} finally {
  await browser.close()
}
console.log(JSON.stringify(findings))
