package markdown

import (
	"bytes"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// bulletinText is as long as the text of a bulletin, and has what one has.
var bulletinText = []byte(`#### What happened?

A bug in the *Example client* before version ` + "`1.60.0`" + ` allowed a node that another user had shared to keep a
route after the share was revoked. The control server removed the share at once, but **clients that were
offline** at that moment kept the route until their next full update, which could take up to 24 hours.

The issue was reported by a customer through our [disclosure page](/security-policies/incident-disclosure/)
on 3 March. We confirmed it on the same day, wrote a fix and released it to all platforms on 5 March. No other
part of the service was changed, and customers did not need to restart anything apart from the client.

#### Who is affected?

Tailnets that met all of the following conditions were affected:

* a node was shared with a user of another tailnet, as described in [Sharing](https://example.com/docs/sharing/)
* the share was revoked **after** the node had been used through a subnet router
* the client ran version ` + "`1.56.0`" + ` to ` + "`1.58.2`" + ` on any platform

| Platform | Affected | Fixed |
| -------- | -------- | ----- |
| Linux    | 1.56.0 to 1.58.2 | 1.60.0 |
| macOS    | 1.56.0 to 1.58.2 | 1.60.0 |
| Windows  | 1.56.0 to 1.58.1 | 1.58.2 |

Clients that were online when the share was revoked dropped the route within seconds. You can see which
version a machine runs with ` + "`example version`" + ` or on the *Machines* page of the admin console.

#### What is the impact?

A user whose access was revoked could reach the subnet that the node advertised for up to 24 hours longer than
intended. Access to the subnet was still limited by the [access rules](https://example.com/docs/acls/) of the
tailnet, and every connection was recorded in the flow logs where these were switched on.

We looked at the logs of all tailnets that revoked a share in this time and found 12 of them with connections
through the route after it had been revoked. Their security contacts were told by email on 6 March, with the
names of the nodes and the times of the connections.

#### What do I need to do?

Update clients to version ` + "`1.60.0`" + ` or later. Run ` + "`example update`" + ` on Linux and Windows; the App Store updates
macOS and iOS by itself unless this was switched off, as it may be on managed machines.

If you cannot update at once, remove the subnet router's route in the admin console and add it again: this
makes every client forget it. Our [release notes](https://example.com/changelog/) list what else is new, and
our support team answers questions at <security@example.com>.
`)

// BenchmarkBulletin is everything that a build asks of a text.
func BenchmarkBulletin(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(bulletinText)))
	for b.Loop() {
		everything(b, bulletinText)
	}
}

func everything(t testing.TB, body []byte) {
	d := Parse(body)
	_, _, _ = d.Problems(), d.Links(), d.Anchors()
	if _, err := d.HTML(Options{Permalinks: true}); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkGoldmark is what the parser and its own renderer take for the same.
func BenchmarkGoldmark(b *testing.B) {
	bare := bareGoldmark()
	b.ReportAllocs()
	b.SetBytes(int64(len(bulletinText)))
	for b.Loop() {
		var out bytes.Buffer
		if err := bare.Convert(bulletinText, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func bareGoldmark() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify, extension.Footnote))
}

// TestAllocations keeps a text from asking for much more than its parser does: ten
// thousand of them are read for a site.
func TestAllocations(t *testing.T) {
	bare := bareGoldmark()
	ordinary := testing.AllocsPerRun(20, func() {
		var out bytes.Buffer
		_ = bare.Convert(bulletinText, &out)
	})
	ours := testing.AllocsPerRun(20, func() { everything(t, bulletinText) })
	if !raced && ours > 0.9*ordinary {
		t.Errorf("%.0f allocations, where goldmark alone has %.0f", ours, ordinary)
	}
}
