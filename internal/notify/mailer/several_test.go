package mailer

import (
	"bytes"
	"slices"
	"testing"
)

// Messages that stand one after the other come apart as they were put together.
func TestApart(t *testing.T) {
	one := []byte("Subject: one\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\r\nText\r\n--inner--\r\n\r\n--outer--\r\n")
	two := bytes.ReplaceAll(bytes.ReplaceAll(one, []byte("outer"), []byte("other")), []byte("one"), []byte("two"))
	got, err := Apart(slices.Concat(one, two, one))
	if err != nil || len(got) != 3 || !bytes.Equal(got[0], one) || !bytes.Equal(got[1], two) || !bytes.Equal(got[2], one) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Apart(nil); err != nil || got != nil {
		t.Errorf("nothing is %q, %v", got, err)
	}
	for _, broken := range [][]byte{one[:len(one)-2], []byte("Subject: one\r\n\r\nText\r\n"), []byte("no header"), slices.Concat(one, []byte("\r\nmore"))} {
		if got, err := Apart(broken); err == nil {
			t.Errorf("%q came apart into %q", broken, got)
		}
	}
}
