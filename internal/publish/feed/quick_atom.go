package feed

// quickAtom reads Atom as it is written here; false where it is written otherwise.
func quickAtom(text string) (document, bool) {
	q := &quick{rest: text}
	var d document
	q.prolog()
	q.take(`<feed xmlns="` + atomSpace + `"`)
	if q.language(&d.language); q.refused {
		return d, false
	}
	texts := map[string]*string{"title": &d.title, "subtitle": &d.description, "id": &d.id, "updated": &d.updated}
	for t, more := q.child("feed"); more; t, more = q.child("feed") {
		switch t.name {
		case "author":
			q.person(t, &d.author)
		case "link":
			q.link(t, map[string]*string{"alternate": &d.link, "self": &d.self})
		case "entry":
			d.entries = append(d.entries, q.atomEntry(t))
		default:
			q.oneOf(t, texts)
		}
	}
	q.take("\n")
	return d, !q.refused && q.rest == ""
}

// language ends the first tag, with or without the attribute xml:lang.
func (q *quick) language(into *string) {
	if q.rest != "" && q.rest[0] == ' ' {
		q.take(" ")
		a := q.attr()
		*into, q.refused = a.value, q.refused || a.name != "xml:lang"
	}
	q.take(">")
}

// person reads the name of an author.
func (q *quick) person(t tag, into *string) {
	q.only(t)
	for t, more := q.child("author"); more; t, more = q.child("author") {
		q.refused = q.refused || t.name != "name"
		q.once(t, into)
	}
}

// link reads a link of one of some relations.
func (q *quick) link(t tag, relations map[string]*string) {
	var href, rel, kind string
	q.only(t, attrOf{"href", &href}, attrOf{"rel", &rel}, attrOf{"type", &kind})
	into := relations[rel]
	if into == nil || *into != "" || href == "" {
		q.refused = true
		return
	}
	*into = href
	q.end(t.name)
}

func (q *quick) atomEntry(t tag) entry {
	var e entry
	q.only(t)
	texts := map[string]*string{"id": &e.id, "title": &e.title, "published": &e.published, "updated": &e.updated}
	for t, more := q.child("entry"); more; t, more = q.child("entry") {
		switch t.name {
		case "summary":
			q.typed(t, "text", &e.summary)
		case "content":
			q.typed(t, "html", &e.content)
		case "author":
			q.person(t, &e.author)
		case "link":
			q.link(t, map[string]*string{"alternate": &e.link})
		case "category":
			var c category
			q.only(t, attrOf{"term", &c.term}, attrOf{"scheme", &c.scheme})
			q.end(t.name)
			e.categories = append(e.categories, c)
		default:
			q.oneOf(t, texts)
		}
	}
	return e
}

// typed reads a text of a type, which has to be named.
func (q *quick) typed(t tag, want string, into *string) {
	var is string
	q.only(t, attrOf{"type", &is})
	q.refused = q.refused || is != want || *into != ""
	*into = q.text(t.name)
}
