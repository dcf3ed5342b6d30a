// Drives the back office with one of Elastic Path's own libraries: node drive.mjs LIBRARY HOST CLIENT_ID SECRET.
// Prints one JSON document of what every step gave; the test looks at it.
const [library, host, client_id, client_secret] = process.argv.slice(2)
const { gateway, MemoryStorageFactory } = await import(library)
const EP = gateway({ host, protocol: 'http', client_id, client_secret, storage: new MemoryStorageFactory(), disableCart: true })

const refusal = async promise => {
  try {
    await promise
    return null
  } catch (error) {
    return error
  }
}

const ended = async (promotion, job) => {
  for (let look = 0; look < 300; look++) {
    const { data } = await EP.Promotions.PromotionJobs(promotion)
    const found = data.find(({ id }) => id === job)
    if (['completed', 'failed', 'cancelled'].includes(found.status)) return found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('the job did not end')
}

const said = {}
said.created = await EP.Promotions.Create({
  type: 'promotion',
  name: `js ${library}`,
  description: 'd',
  enabled: true,
  automatic: false,
  promotion_type: 'fixed_discount',
  schema: { currencies: [{ currency: 'USD', amount: 500 }] },
  start: '2026-01-01',
  end: '2026-12-31',
})
const promotion = said.created.data.id
said.read = await EP.Promotions.Get(promotion)
said.added = await EP.Promotions.AddCodes(promotion, [
  { code: 'ABC-1', uses: 2, consume_unit: 'per_item', user: 'u1' },
  { code: 'ABC-2' },
  { code: 'ABC-3' },
])
said.codes = await EP.Promotions.Limit(5).Codes(promotion)
said.foundByCode = await EP.Promotions.Limit(10).Filter({ eq: { code: 'ABC-1' } }).All()
await EP.Promotions.DeleteCode(promotion, 'ABC-1')
await EP.Promotions.DeleteCodes(promotion, [{ code: 'ABC-2' }])
said.codesLeft = await EP.Promotions.Codes(promotion)

const generate = number_of_codes => ({
  type: 'promotion_job',
  job_type: 'code_generate',
  name: 'gen',
  parameters: { number_of_codes, consume_unit: 'per_cart', max_uses_per_code: 1, code_length: 10, code_prefix: 'Summer-' },
})
// @moltin/sdk has no function that cancels; that of @elasticpath/js-sdk belongs to rule promotions.
const cancel = job =>
  EP.RulePromotions?.CancelJob
    ? EP.RulePromotions.CancelJob(promotion, job)
    : EP.request.send(`promotions/${promotion}/jobs/${job}/cancel`, 'POST')
said.job = await EP.Promotions.AddCodesJob(promotion, generate(5))
said.completed = await ended(promotion, said.job.data.id)
said.refusedCancel = await refusal(cancel(said.job.data.id))
said.second = await EP.Promotions.AddCodesJob(promotion, generate(300000))
said.refusedSecond = await refusal(EP.Promotions.AddCodesJob(promotion, generate(5)))
said.cancel = await cancel(said.second.data.id)
said.cancelled = await ended(promotion, said.second.data.id)
said.filtered = await EP.Promotions.Limit(2)
  .Filter({ eq: { job_type: 'code_generate', status: 'cancelled' } })
  .PromotionJobs(promotion)
said.allAfterJobs = await EP.Promotions.All()

said.export = await EP.Promotions.AddCodesJob(promotion, { type: 'promotion_job', job_type: 'code_export', name: 'exp' })
said.exported = await ended(promotion, said.export.data.id)
said.file = await EP.Promotions.GetCodeExportFile(promotion, said.export.data.id)
said.csv = await (await fetch(said.file.href)).text()

said.updated = await EP.Promotions.Update(promotion, { type: 'promotion', name: 'renamed' })
said.history = await EP.Promotions.History(promotion)
await EP.Promotions.Delete(promotion)
said.refusedAfterDeletion = await refusal(EP.Promotions.Get(promotion))
process.stdout.write(JSON.stringify(said))
