// Drives the back office with the client that Elastic Path's generated SDK (@epcc-sdk/promotions-standard) is built
// on, by the calls that its functions make: node drive_fetch.mjs BASE_URL CLIENT_ID SECRET.
// Prints one JSON document of what every step gave; the test looks at it.
import { createClient } from '@hey-api/client-fetch'

const [baseUrl, client_id, client_secret] = process.argv.slice(2)
const client = createClient({ baseUrl })

const granted = await fetch(`${baseUrl}/oauth/access_token`, {
  method: 'POST',
  body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
})
const { access_token } = await granted.json()
client.interceptors.request.use(request => {
  request.headers.set('Authorization', `Bearer ${access_token}`)
  return request
})

// The generated functions name the type of what they send, and nothing where they send nothing.
const json = { headers: { 'Content-Type': 'application/json' } }
const getAllPromotions = options => client.get({ url: '/v2/promotions', ...options })
const createAPromotion = options => client.post({ url: '/v2/promotions', ...options, ...json })
const getAPromotion = options => client.get({ url: '/v2/promotions/{promotionID}', ...options })
const updateAPromotion = options => client.put({ url: '/v2/promotions/{promotionID}', ...options, ...json })
const deleteAPromotion = options => client.delete({ url: '/v2/promotions/{promotionID}', ...options })
const getHistory = options => client.get({ url: '/v2/promotions/{promotionID}/history', ...options })
const getCodes = options => client.get({ url: '/v2/promotions/{promotionID}/codes', ...options })
const createCodes = options => client.post({ url: '/v2/promotions/{promotionID}/codes', ...options, ...json })
const deleteCodes = options => client.delete({ url: '/v2/promotions/{promotionID}/codes', ...options })
const deleteACode = options => client.delete({ url: '/v2/promotions/{promotionID}/codes/{code}', ...options })
const getJobs = options => client.get({ url: '/v2/promotions/{promotionID}/jobs', ...options })
const createAJob = options => client.post({ url: '/v2/promotions/{promotionID}/jobs', ...options, ...json })
const cancelAJob = options => client.post({ url: '/v2/promotions/{promotionID}/jobs/{jobID}/cancel', ...options })
const getFile = options => client.get({ url: '/v2/promotions/{promotionID}/jobs/{jobID}/file', ...options })

const said = {}
// One step: what the client gives back of it, without the objects of the platform.
const say = async (step, call) => {
  const { data, error, response } = await call
  said[step] = { data, error, status: response.status }
  return data
}

const ended = async (path, id) => {
  for (let look = 0; look < 300; look++) {
    const { data } = await getJobs({ path })
    const found = data.data.find(job => job.id === id)
    if (['completed', 'failed', 'cancelled'].includes(found.status)) return found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('the job did not end')
}

const promotion = {
  type: 'promotion',
  name: 'hey',
  description: 'd',
  enabled: true,
  automatic: false,
  promotion_type: 'fixed_discount',
  schema: { currencies: [{ currency: 'USD', amount: 500 }] },
  start: '2026-01-01',
  end: '2026-12-31',
}
const { data: created } = await say('created', createAPromotion({ body: { data: promotion } }))
const path = { promotionID: created.id }
await say('read', getAPromotion({ path }))
await say('listed', getAllPromotions({ query: { 'page[limit]': 10, 'page[offset]': 0 } }))
await say('updated', updateAPromotion({ path, body: { ...promotion, name: 'hey2', id: created.id } }))
const codes = ['HEY/1 a', 'HEY-2', 'HEY-3'].map(code => ({ code }))
await say('added', createCodes({ path, body: { type: 'promotion_codes', codes } }))
await say('codes', getCodes({ path }))
await say('deletedOne', deleteACode({ path: { ...path, code: 'HEY/1 a' } }))
// Typed, this call has no body; with one it must be forced.
await say('deletedNone', deleteCodes({ path }))
await say('deletedNamed', deleteCodes({ path, body: { type: 'promotion_codes', codes: [{ code: 'HEY-2' }] }, ...json }))
await say('codesLeft', getCodes({ path }))

const generate = number_of_codes => ({
  path,
  body: { type: 'promotion_job', job_type: 'code_generate', name: 'gen', parameters: { number_of_codes, code_length: 8 } },
})
const { data: first } = await say('job', createAJob(generate(5)))
said.completed = await ended(path, first.id)
await say('refusedCancel', cancelAJob({ path: { ...path, jobID: first.id } }))
const { data: second } = await say('second', createAJob(generate(300000)))
await say('cancel', cancelAJob({ path: { ...path, jobID: second.id } }))
said.cancelled = await ended(path, second.id)
await say('filtered', getJobs({ path, query: { filter: 'eq(status, cancelled)' } }))

const { data: exporting } = await say(
  'export',
  createAJob({ path, body: { type: 'promotion_job', job_type: 'code_export', name: 'exp' } }),
)
said.exported = await ended(path, exporting.id)
const { href } = await say('file', getFile({ path: { ...path, jobID: exporting.id } }))
said.csv = await (await fetch(href)).text()

await say('history', getHistory({ path }))
await say('deleted', deleteAPromotion({ path }))
await say('refusedAfterDeletion', getAPromotion({ path }))
process.stdout.write(JSON.stringify(said))
