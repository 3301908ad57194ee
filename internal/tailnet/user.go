package tailnet

// User is one person of a tailnet, as the inventory's users table lists them.
type User struct {
	Tailnet         ID
	ID, Login, Role string
}
