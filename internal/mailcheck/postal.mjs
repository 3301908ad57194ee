// Reads messages with postal-mime.
import { readFile } from 'node:fs/promises'
import PostalMime from 'postal-mime'

const base64 = (data) => Buffer.from(data).toString('base64')
const addresses = (list) => (list ?? []).map((a) => a.address)

const read = async (path) => {
	const m = await PostalMime.parse(await readFile(path))
	return {
		subject: m.subject ?? '',
		from: `${m.from.name} ${m.from.address}`,
		to: addresses(m.to),
		replyto: addresses(m.replyTo),
		date: new Date(m.date).toISOString().replace('.000Z', 'Z'),
		text: m.text ?? '',
		html: m.html ?? '',
		attached: Object.fromEntries(m.attachments.map((a) => [a.filename, base64(a.content)])),
	}
}

const said = {}
for (const path of process.argv.slice(2)) {
	said[path] = await read(path).catch((error) => ({ refused: String(error) }))
}
console.log(JSON.stringify(said))
