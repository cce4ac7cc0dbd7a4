// From a login to a dashboard, with nothing but what openapi-typescript makes of the document.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.ts";

type Schemas = components["schemas"];

const READERS = 25;

/** A refusal, told as the problem document. */
class Refusal extends Error {
  readonly problem: Schemas["Problem"];

  constructor(problem: Schemas["Problem"]) {
    super(`${problem.status} ${problem.code}: ${problem.title}`);
    this.problem = problem;
  }
}

type Outcome<T> = { data: T; error?: never } | { data?: never; error: Schemas["Problem"] };

/** The body of a success. */
async function good<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const { data, error } = await outcome;
  if (error !== undefined) throw new Refusal(error);
  return data;
}

/** The problem of a refusal. */
async function refused<T>(outcome: Promise<Outcome<T>>): Promise<Schemas["Problem"]> {
  const { error } = await outcome;
  assert(error !== undefined, "it was not refused");
  return error;
}

/** What `look` answers once it is `done`. */
async function wait<T>(look: () => Promise<T>, done: (seen: T) => boolean): Promise<T> {
  for (let looks = 0; looks < 600; looks += 1) {
    const seen = await look();
    if (done(seen)) return seen;
    await sleep(50);
  }
  throw new Error("it takes too long");
}

type Api = ReturnType<typeof createClient<paths>>;

async function logIn(api: Api, email: string, password: string): Promise<void> {
  const wrong = await refused(api.POST("/v1/sessions", { body: { email, password: "not the password" } }));
  assert.equal(wrong.code, "login-refused");

  const tokens = await good(api.POST("/v1/sessions", { body: { email, password } }));
  const tokenType: "Bearer" = tokens.token_type;
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `${tokenType} ${tokens.access_token}`);
      return request;
    },
  });
}

async function makeOrganization(api: Api): Promise<string> {
  const slug = `typescript-${randomUUID()}`;
  const made = await good(api.POST("/v1/organizations", { body: { name: "TypeScript", slug } }));
  const params = { path: { organization: made.id } };

  const taken = await refused(api.POST("/v1/organizations", { body: { name: "Another", slug } }));
  assert.equal(taken.status, 409);
  const invalid = await refused(api.POST("/v1/organizations", { body: { name: "", slug: "No slug" } }));
  const pointers: Array<string | undefined> = (invalid.errors ?? []).map((fault) => fault.pointer);
  assert.deepEqual(pointers.sort(), ["#/name", "#/slug"]);

  // Addresses of a domain that belongs to nobody are taken for valid where the organization says so.
  await good(
    api.PATCH("/v1/organizations/{organization}/validation-rules/domain", { params, body: { admit: ["example.com"] } }),
  );
  return made.id;
}

async function importReaders(api: Api, organization: string): Promise<string> {
  const path = { organization };
  const list = await good(
    api.POST("/v1/organizations/{organization}/contact-lists", { params: { path }, body: { name: "Newsletter" } }),
  );
  const rows = Array.from({ length: READERS }, (_, n) => `reader${n}@example.com;Reader;No ${n};Graz`);
  const file = ["email;first_name;last_name;city", ...rows, "no address;;;"].join("\n");

  const begun = await good(
    api.POST("/v1/organizations/{organization}/contact-lists/{contact_list}/imports", {
      params: { path: { organization, contact_list: list.id }, query: { file_name: "readers.csv", invalid: "reject" } },
      body: file,
      bodySerializer: (text: string) => text,
      headers: { "Content-Type": "text/csv" },
    }),
  );
  const ended = await wait(
    () =>
      good(
        api.GET("/v1/organizations/{organization}/imports/{import}", {
          params: { path: { organization, import: begun.id } },
        }),
      ),
    ({ status }) => status === "completed" || status === "failed",
  );
  assert.equal(ended.status satisfies Schemas["ImportStatus"], "completed");
  assert.equal(ended.format?.delimiter, ";");
  assert.equal(ended.counts.created, READERS);
  assert.equal(ended.counts.rejected, 1);
  return list.id;
}

async function readContacts(api: Api, organization: string): Promise<void> {
  const emails = new Set<string>();
  for (let cursor: string | null = null; ; ) {
    const page: Schemas["ContactAnswerPage"] = await good(
      api.GET("/v1/organizations/{organization}/contacts", {
        params: { path: { organization }, query: { limit: 10, status: ["valid"], ...(cursor && { cursor }) } },
      }),
    );
    for (const contact of page.items) {
      assert.equal(contact.validation.classification satisfies Schemas["Classification"], "business");
      emails.add(contact.email);
    }
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  assert.equal(emails.size, READERS);
}

async function planCampaign(api: Api, organization: string, list: string): Promise<string> {
  const params = { path: { organization } };
  const templates = await good(api.GET("/v1/organizations/{organization}/email-templates", { params }));
  const template = templates.items[0];
  assert(template, "an organization starts with templates");
  const form = await good(
    api.POST("/v1/organizations/{organization}/forms", {
      params,
      body: {
        name: "Offer",
        fields: [{ field_key: "email", field_label: "Your address", field_type: "email", required: true }],
      },
    }),
  );
  const draft = await good(
    api.POST("/v1/organizations/{organization}/campaigns", {
      params,
      body: {
        name: "Spring",
        list_ids: [list],
        email_template_version_id: template.active_version_id,
        form_version_id: form.current_version_id,
        landing_page_slug: `spring-${randomUUID()}`,
      },
    }),
  );
  const audience = await good(
    api.GET("/v1/organizations/{organization}/campaigns/{campaign}/audience", {
      params: { path: { organization, campaign: draft.id } },
    }),
  );
  assert.equal(audience.mailed, READERS);
  return draft.id;
}

async function launchCampaign(api: Api, organization: string, id: string): Promise<void> {
  const params = { path: { organization } };
  const campaign = { path: { organization, campaign: id } };
  const unready = await refused(
    api.POST("/v1/organizations/{organization}/campaigns/{campaign}/launch", { params: campaign }),
  );
  assert.equal(unready.code, "campaign-not-ready");
  assert.deepEqual((unready.errors ?? []).map((fault) => fault.code).sort(), ["imprint-required", "sender-required"]);
  await good(
    api.PATCH("/v1/organizations/{organization}", {
      params,
      body: { settings: { sender_name: "News", sender_address: "news@example.com", imprint: "Example Ltd., Graz" } },
    }),
  );
  const launched = await good(
    api.POST("/v1/organizations/{organization}/campaigns/{campaign}/launch", {
      params: { ...campaign, header: { "Idempotency-Key": randomUUID() } },
    }),
  );
  assert.equal(launched.status satisfies Schemas["CampaignStatus"], "active");
}

async function waitForMails(api: Api, organization: string, campaign: string): Promise<void> {
  const path = { organization, campaign };
  const mailed = await wait(
    () => good(api.GET("/v1/organizations/{organization}/campaigns/{campaign}", { params: { path } })),
    ({ counts }) => counts.sent === READERS,
  );
  assert.equal(mailed.counts.assigned, READERS);
  const recipients = await good(
    api.GET("/v1/organizations/{organization}/campaigns/{campaign}/recipients", {
      params: { path, query: { limit: 1, status: "sent" } },
    }),
  );
  const recipient = recipients.items[0];
  assert(recipient, "somebody was mailed");
  const mail = await good(
    api.GET("/v1/organizations/{organization}/campaigns/{campaign}/recipients/{contact}/mail", {
      params: { path: { ...path, contact: recipient.contact_id } },
    }),
  );
  assert.match(mail.html_content, /Hello Reader/);
}

async function simulate(api: Api, organization: string, campaign: string): Promise<void> {
  const params = { path: { organization, campaign } };
  const simulation = await good(
    api.POST("/v1/organizations/{organization}/campaigns/{campaign}/simulations", {
      params,
      body: { seed: 42, config: { open_rate: 0.8, click_rate: 0.4 } },
    }),
  );
  assert.equal(simulation.seed, 42);
  const job = { path: { organization, job: simulation.job_id } };
  const ended = await wait(
    () => good(api.GET("/v1/organizations/{organization}/jobs/{job}", { params: job })),
    ({ finished_at }) => finished_at !== null,
  );
  assert.equal(ended.status satisfies Schemas["JobStatus"], "completed");
}

async function readDashboard(api: Api, organization: string, campaign: string): Promise<void> {
  const params = { path: { organization, campaign } };
  const metrics = await good(api.GET("/v1/organizations/{organization}/campaigns/{campaign}/metrics", { params }));
  const { counts, rates } = metrics.figures;
  assert.equal(metrics.heading.campaign_id, campaign);
  assert.equal(counts.sent.people, READERS);
  assert(counts.opened.human.people <= counts.delivered);
  assert(rates.open === null || rates.open <= 1);

  const funnel = await good(
    api.GET("/v1/organizations/{organization}/campaigns/{campaign}/metrics/funnel", { params }),
  );
  const people = funnel.stages.map((stage) => stage.people);
  assert.deepEqual(
    funnel.stages.map((stage) => stage.step satisfies Schemas["FunnelStep"]),
    ["sent", "opened", "clicked", "viewed", "submitted", "converted"],
  );
  assert.equal(people[0], READERS);
  assert.equal(people[1], counts.opened.human.people);
}

const [, , url, email, password] = process.argv;
assert(url && email && password, "say the address of the server, an account and its password");
const api = createClient<paths>({ baseUrl: url });

await logIn(api, email, password);
const organization = await makeOrganization(api);
const list = await importReaders(api, organization);
await readContacts(api, organization);
const campaign = await planCampaign(api, organization, list);
await launchCampaign(api, organization, campaign);
await waitForMails(api, organization, campaign);
const simulated = await planCampaign(api, organization, list);
await simulate(api, organization, simulated);
await readDashboard(api, organization, simulated);
console.log(`typescript: ${READERS} contacts imported, mailed, and seen on a dashboard`);
