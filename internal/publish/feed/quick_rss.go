package feed

// rssBegins is how RSS begins, with the names of the spaces that the prefixes stand for.
const rssBegins = `<rss version="2.0" xmlns:content="` + contentSpace + `" xmlns:dc="` + creatorSpace + `" xmlns:atom="` + atomSpace + `">`

// quickRSS reads RSS as it is written here; false where it is written otherwise.
func quickRSS(text string) (document, bool) {
	q := &quick{rest: text}
	var d document
	q.prolog()
	q.take(rssBegins + "\n  <channel>")
	texts := map[string]*string{
		"title": &d.title, "description": &d.description, "link": &d.link, "language": &d.language, "lastBuildDate": &d.updated,
	}
	for t, more := q.child("channel"); more; t, more = q.child("channel") {
		switch t.name {
		case "atom:link":
			q.selfLink(t, &d.self)
		case "item":
			d.entries = append(d.entries, q.rssItem(t))
		default:
			q.oneOf(t, texts)
		}
	}
	q.take("\n</rss>\n")
	return d, !q.refused && q.rest == ""
}

func (q *quick) selfLink(t tag, self *string) {
	var rel, kind string
	q.refused = q.refused || *self != ""
	q.only(t, attrOf{"href", self}, attrOf{"rel", &rel}, attrOf{"type", &kind})
	q.refused = q.refused || rel != "self"
	q.end(t.name)
}

func (q *quick) rssItem(t tag) entry {
	var e entry
	q.only(t)
	texts := map[string]*string{
		"title": &e.title, "link": &e.link, "description": &e.summary, "content:encoded": &e.content,
		"dc:creator": &e.author, "atom:updated": &e.updated, "pubDate": &e.published,
	}
	for t, more := q.child("item"); more; t, more = q.child("item") {
		switch t.name {
		case "guid":
			q.refused = q.refused || e.permalink != "" || e.id != ""
			q.only(t, attrOf{"isPermaLink", &e.permalink})
			e.id = q.text(t.name)
		case "category":
			var c category
			q.only(t, attrOf{"domain", &c.scheme})
			c.term = q.text(t.name)
			e.categories = append(e.categories, c)
		default:
			q.oneOf(t, texts)
		}
	}
	return e
}
