package content

func approvalKeys() []Key {
	const whole = "approvals: {required: 2, allowed_signers: allowed_signers, exclude_planner: yes, break_glass: {after: 30m}}"
	return []Key{
		{Path: "approvals", Type: "keys", Advice: "Who must approve a plan before its letters go out. It is frozen with the plan.", Example: whole},
		{
			Path: "approvals.required", Type: "number", Default: "2; 0 where the letters stay on this machine",
			Advice:  "How many different people, each with a key of their own.",
			Example: whole,
		},
		{
			Path: "approvals.allowed_signers", Type: "path", When: "unless `required` is 0",
			Advice:  "A file of names and public keys, as `ssh-keygen(1)` describes it under ALLOWED SIGNERS. Commit it: a change of who may approve is reviewed like any other. Times in it end in `Z`, and `cert-authority` is not taken.",
			Example: whole,
		},
		{
			Path: "approvals.exclude_planner", Type: "word", Words: []string{"yes", "no"}, Default: "no",
			Advice:  "Whoever made the plan signs it as its planner, and others approve it: one person more than `required` stands behind it.",
			Example: whole,
		},
		{
			Path: "approvals.break_glass", Type: "keys", Default: "nobody decides alone",
			Advice:  "One person, with a reason, in place of everybody who sleeps. `status`, `letters` and `send` show it.",
			Example: whole,
		},
		{
			Path: "approvals.break_glass.after", Type: "minutes or hours", When: Always,
			Advice:  "How long after planning that counts, such as `30m`: time for others to see it and to stop it by another plan.",
			Example: whole,
		},
	}
}
