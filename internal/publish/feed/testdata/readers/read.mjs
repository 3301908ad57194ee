// Reads the feeds named on the command line with the npm package feedsmith, and prints what a
// reader's database would hold of them, as JSON: a list of feeds, each with its entries.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// The package is looked for in the folder that NODE_MODULES names.
const require = createRequire(pathToFileURL(join(process.env.NODE_MODULES, 'x.js')))
const { parseFeed } = require('feedsmith')

const instant = (text) => (text ? new Date(text).toISOString().replace('.000Z', 'Z') : '')

const readers = {
  rss: (f) => ({
    title: f.title, link: f.link, self: f.atom?.links?.find((l) => l.rel === 'self')?.href, language: f.language,
    entries: (f.items ?? []).map((i) => ({
      id: i.guid?.value, title: i.title, link: i.link, published: instant(i.pubDate), updated: instant(i.atom?.updated),
      content: Boolean(i.content?.encoded), author: i.dc?.creator ?? i.dc?.creators?.[0], categories: (i.categories ?? []).map((c) => c.name).sort(),
    })),
  }),
  atom: (f) => ({
    title: f.title?.value ?? f.title, link: f.links.find((l) => l.rel === 'alternate').href, self: f.links.find((l) => l.rel === 'self').href, language: '',
    entries: (f.entries ?? []).map((e) => ({
      id: e.id, title: e.title?.value ?? e.title, link: e.links[0].href, published: instant(e.published), updated: instant(e.updated),
      content: Boolean(e.content), author: e.authors[0].name, categories: (e.categories ?? []).map((c) => c.term).sort(),
    })),
  }),
  json: (f) => ({
    title: f.title, link: f.home_page_url, self: f.feed_url, language: f.language,
    entries: (f.items ?? []).map((i) => ({
      id: i.id, title: i.title, link: i.url, published: instant(i.date_published), updated: instant(i.date_modified),
      content: Boolean(i.content_html), author: i.authors[0].name, categories: (i.tags ?? []).sort(),
    })),
  }),
}

const feeds = process.argv.slice(2).map((name) => {
  const { format, feed } = parseFeed(readFileSync(name, 'utf8'))
  return readers[format](feed)
})
process.stdout.write(JSON.stringify(feeds))
