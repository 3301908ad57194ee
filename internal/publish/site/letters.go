package site

import "tocsin/internal/bulletin"

// Letters is what a page says of letters, to whom got one and to whom got none. It never
// says that anybody is not affected: an inventory may be old, an address wrong, and what was
// accepted unread.
type Letters struct {
	Notified *Notified // nil: whether there are letters is not public, and none are spoken of
	All      bool      // everybody is affected, with a letter or without
	Unknown  string    // of the others: none or some could be told apart from who is not affected; empty: not stated
	Others   bool      // whether there are others to speak of
	Versions bool      // whether what runs can be compared with the versions on the page
}

// lettersSaid is nil where there is nothing to say that the page does not say anyway.
func (r *Renderer) lettersSaid(x bulletin.Bulletin) *Letters {
	l := Letters{Notified: r.notified(x.Notified), Unknown: x.Identification}
	for _, a := range x.Affected {
		if a.Everyone && len(a.Where) == 0 {
			l.All = true
		} else {
			l.Others = true
		}
		l.Versions = l.Versions || !r.product(a.Product).Hosted
	}
	l.Others = l.Others || len(x.Affected) == 0
	if l.Notified == nil && (l.Unknown == "" || !l.Others) {
		return nil
	}
	return &l
}

// notified is what mail servers have accepted; nil where that is nothing.
func (r *Renderer) notified(stated *bulletin.Notified) *Notified {
	if stated == nil || stated.Count < 1 {
		return nil
	}
	n := &Notified{stated.Count, r.date(stated.First), r.date(stated.Last)}
	if n.First != nil && n.Last != nil && n.First.Day == n.Last.Day {
		n.Last = nil
	}
	return n
}
