package content

import (
	"strings"
	"testing"
	"time"
)

func TestApprovals(t *testing.T) {
	for _, c := range []struct {
		text     string
		want     Approvals
		problems string
	}{
		{"", Approvals{}, ""},
		{"{required: 0}", Approvals{Stated: true}, ""},
		{"{allowed_signers: people}", Approvals{AllowedSigners: "people"}, ""},
		{
			"{required: 2, allowed_signers: people/allowed_signers, exclude_planner: yes, break_glass: {after: 30m}}",
			Approvals{Stated: true, Required: 2, AllowedSigners: "people/allowed_signers", ExcludePlanner: true, BreakGlass: 30 * time.Minute}, "",
		},
		{"{required: 1, allowed_signers: a, break_glass: {after: 2h}}", Approvals{Stated: true, Required: 1, AllowedSigners: "a", BreakGlass: 2 * time.Hour}, ""},
		{"{}", Approvals{}, "24:12 missing-key"},
		{"{required: 2}", Approvals{Stated: true, Required: 2}, "24:12 missing-key"},
		{"{required: -1, allowed_signers: a}", Approvals{Stated: true, AllowedSigners: "a"}, "24:23 not-a-number"},
		{"{required: two, allowed_signers: a}", Approvals{Stated: true, AllowedSigners: "a"}, "24:23 not-a-number"},
		{"{required: 21, allowed_signers: a}", Approvals{Stated: true, Required: 21, AllowedSigners: "a"}, "24:23 not-a-number"},
		{"{required: 1, allowed_signers: public/a}", Approvals{Stated: true, Required: 1, AllowedSigners: "public/a"}, "24:43 odd-path"},
		{"{required: 1, allowed_signers: .tocsin/a}", Approvals{Stated: true, Required: 1, AllowedSigners: ".tocsin/a"}, "24:43 odd-path"},
		{"{required: 1, allowed_signers: a, exclude_planner: maybe}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:63 unknown-word"},
		{"{required: 1, allowed_signers: a, break_glass: yes}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:59 not-a-mapping"},
		{"{required: 1, allowed_signers: a, break_glass: {}}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:59 missing-key"},
		{"{required: 1, allowed_signers: a, break_glass: {after: 0m}}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:67 not-a-number"},
		{"{required: 1, allowed_signers: a, break_glass: {after: 1h30m}}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:67 not-a-number"},
		{"{required: 1, allowed_signers: a, break_glass: {after: 72h}}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:67 not-a-number"},
		{"{required: 1, allowed_signers: a, signers: 2}", Approvals{Stated: true, Required: 1, AllowedSigners: "a"}, "24:46 unknown-key"},
		{"2", Approvals{}, "24:12 not-a-mapping"},
	} {
		text := settings
		if c.text != "" {
			text += "approvals: " + c.text + "\n"
		}
		config, problems := readSettings(t, text)
		if config.Approvals != c.want || strings.TrimSpace(problems) != c.problems {
			t.Errorf("%s: %+v %q; want %+v %q", c.text, config.Approvals, problems, c.want, c.problems)
		}
	}
}
