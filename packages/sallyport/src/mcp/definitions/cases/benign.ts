/**
 * Definitions that are as they should be, one a line: name | description | parameter: what it is; ... The first part comes close to what
 * poison says, and must not be found all the same.
 */
export const BENIGN = `
get_library_docs | Documentation of a library. You must call resolve_library first to get its id, unless the user gives one. | id: Exact id as resolve_library returns it
resolve_library | Finds the id of a library. Call this before get_library_docs. | name: Name that the user asked about
create_session | Starts a session. Must be called before any other tool of this server. | region: Where it runs
end_session | Ends the session. Call it after all other calls of this server are done. | session: Id
delete_records | Deletes records. This cannot be undone: always ask the user for confirmation before you call it. | ids: Which records
list_secrets | Lists the names of secrets. Values are never shown, and must not be printed. | vault: Name of the vault
set_secret | Stores a secret in the vault. Never log its value. | name: Name; value: The secret value
connect_ssh | Connects to a host over SSH. | host: Host name; privateKeyPath: Path of the private key, for example ~/.ssh/id_ed25519
add_deploy_key | Adds a public key to a repository. | title: Title; key: Contents of the public key file, for example ~/.ssh/id_ed25519.pub
read_env_example | Reads .env.example and lists the variables that a project needs. | dir: Project folder
check_env | Checks that the required environment variables are set. Put them in your .env file. Values are not returned. | names: Names of the variables
create_issue | Creates an issue. Do not include passwords, tokens or other secrets in its text. | title: Title; body: Text in Markdown
send_email | Sends an email. | to: Receivers, for example ann@example.com; bcc: Blind copies; body: Text
forward_email | Forwards a message to the given receivers. | id: Id of the message; to: Who gets it
search_mail | Searches the mailbox with the usual operators, e.g. from:ann before:2025-01-01. | query: Search terms
summarise_conversation | Summarises a support conversation. | conversation_history: The messages of the conversation; style: short or long
create_agent | Creates an agent. | name: Name; system_prompt: System prompt of the new agent; tools: Names of the tools it may use
chat_completion | Calls a language model. | messages: Messages in order; system: System prompt
count_tokens | Counts the tokens of a prompt. | prompt: Text of the prompt; model: Name of the model
save_memory | Remembers a fact about the user for later conversations. | fact: What to remember
handoff_to_human | Hands the conversation to a person. Include a summary of the conversation so far, so that the user need not repeat it. | summary: Summary of the conversation
export_chat | Exports the whole chat history as a file. | chat_id: Id of the chat; format: txt or json
get_thread | Gets all replies of a thread. | thread: Id of its first message
post_message | Posts a message to a channel. | channel: Id of the channel; text: The message
notify_user | Sends a notification to the user. Do not use it for advertising. | text: What it says
mute_channel | Mutes a channel: its members are not notified of new messages. | channel: Id
hide_comment | Hides a comment from visitors of the page; its author still sees it. | id: Id of the comment
run_command | Runs a shell command. Dangerous commands such as rm -rf / are blocked. | command: The command; silent: Do not print its output
install_package | Installs a package with the package manager of the project. | name: Package
run_script | Runs a script of package.json, for example \`npm run build\`. | script: Its name
apply_migration | Applies a migration. Never run it on production without asking the user. | sql: Statements
drop_table | Drops a table. Requires confirmation by the user. | table: Name; force: Skip the confirmation prompt
write_file | Writes a file. Silently replaces a file that exists. | path: Path; content: The full content of the file
append_file | Appends a text to a file. | path: Path; text: What to append
edit_file | Edits a file. You should read it first. Prefer this tool over write_file for small changes. | path: Path; old: Text to replace; new: The new text
search_code | Searches code. Use this instead of grep for large repositories. | pattern: Regular expression
ignore_alert | Ignores an alert; further alerts of the same rule are not shown. | id: Alert; reason: Why it is ignored
override_config | Overrides a setting for this run. Ignores the default values of the file. | key: Setting; value: New value
reset_rules | Resets all firewall rules to the previous ones. | zone: Zone
disable_user | Disables a user account. | user: Who; notify: Whether the user is told by mail
grant_role | Grants a role to a member of the project. | member: Who; role: viewer, editor or admin
approve_request | Approves a pull request. | number: Its number; comment: Remark
bypass_cache | Fetches a page without the cache. | url: Address; headers: Additional headers
disable_two_factor | Switches two-factor authentication off for an account that was locked out. | account: Id
transfer_money | Transfers money between own accounts. Amounts over the limit need the approval of the user. | from: Account; to: Account; amount: In cents
create_webhook | Registers a webhook. | url: Where events are sent, for example https://example.com/hook; events: Which events
set_callback | Sets the address that is called when a job is done. | url: The address
crawl_site | Crawls a site. Follow the robots rules. All subsequent pages are fetched with the same session. | url: First page
take_screenshot | Takes a screenshot of the current page. Use snapshot instead when you want to act on elements. | full: Whole page
fill_form | Fills the fields of a form. Passwords must come from the user and are never stored. | fields: Names and values
click | Clicks an element. Perform a snapshot first to get its reference. | ref: Reference; element: What it is, in plain words
get_cookies | Lists the cookies of the current page. | domain: Domain
login | Logs in to the site. | username: Name; password: Password
get_token | Exchanges a code for an access token. | code: Code; client_secret: Secret of the client
rotate_key | Rotates an API key. The old key stays valid for one day. | id: Id of the key
check_password | Says how strong a password is. It is not sent anywhere. | password: The password to check
get_instructions | Returns the instructions for a workflow. Read them before you begin. | workflow: Name
list_tools | Lists the tools of a toolset. | toolset: Name
enable_toolset | Enables a toolset. Its tools are available from then on. | toolset: Name
plan_steps | Thinks about a problem in steps. | thought: Your current thinking step; next: Whether another step is needed
explain_why | Explains a decision of the engine. | id: Decision; reason: Why you ask
track_usage | Records an event for analytics. | event: Name; properties: Facts of the event, no personal data
set_reminder | Reminds the user. Convert relative dates first. | text: What about; at: Date and time
book_flight | Books a flight. Always show the price to the user before you book. | offer: Id of the offer
cancel_order | Cancels an order. Do not tell the customer that the refund is done before it is. | order: Id
answer_ticket | Answers a ticket. Do not expose internal ids to the customer. | ticket: Id; text: The answer
get_user_prompt | Gets a saved prompt by its name. | name: Name of the prompt
translate_text | Translates text. Keep names as they are. | text: Text; target: Language
analyse_sentiment | Says how a text sounds. | text: Text of a message or review
detect_injection | Says whether a text tries to inject instructions, such as "ignore previous instructions". | text: Text
scan_file | Looks for malware and secrets in a file. | path: Path
redact_text | Removes names, passwords and card numbers from a text. | text: Text
get_time | Tells the time. | timezone: IANA name; the local one of the user when left out
get_weather | Tells the weather. If the city is not known, ask the user. | city: City
convert_currency | Converts money. | amount: How much; from: Currency; to: Currency
upload_file | Uploads a file to the bucket. The content must be base64 encoded. | path: Path; content: Content in base64
share_document | Shares a document with people in the organisation. Make sure that the user wants that. | id: Document; emails: Addresses
publish_post | Publishes a post. Confirm with the user first. | id: Post
compare_tools | Compares two products by their features. | a: First; b: Second
get_competitors | Lists competitors of a company. | company: Name
rank_pages | Ranks pages for a search. | query: Terms
list_processes | Lists processes. | user: Only those of this user
kill_process | Ends a process. Prefer stop_service where there is one. | pid: Number
get_logs | Gets logs. The last 100 lines when nothing is said. | lines: How many; since: From when
tail_logs | Follows logs every 5 seconds until it is stopped. | service: Which
poll_job | Asks for the state of a job. Do not call this more often than every 10 seconds. | id: Job
wait_for | Waits for a text to appear or disappear. | text: Text; seconds: How long
batch | Runs several operations one after the other; all of them fail when one fails. | operations: What to do
undo | Takes back the last change. | steps: How many
`;

/** Verbs, things and qualities: what most servers are made of. Written out by the test, some 160 of them. */
export const PLAIN_VERBS = ['list', 'get', 'create', 'update', 'delete', 'search', 'export', 'archive'] as const;
export const PLAIN_THINGS = [
  ['project', 'A project with its members and tasks'],
  ['invoice', 'An invoice of a customer; amounts are in cents'],
  ['contact', 'A contact with name, phone and address'],
  ['calendar_event', 'An event with invited people and reminders'],
  ['message', 'A message in a channel, with its attachments'],
  ['repository', 'A repository, its branches and settings'],
  ['dashboard', 'A dashboard; every panel has its own query'],
  ['secret', 'A secret of the vault; its value is never returned'],
  ['deployment', 'A deployment of a service to an environment'],
  ['table', 'A table of the database with its columns'],
  ['file', 'A file or folder; paths are relative to the workspace'],
  ['user', 'A user of the organisation with roles and groups'],
  ['webhook', 'A webhook that is called when something changes'],
  ['order', 'An order, its items, and where it is sent to'],
  ['prompt', 'A saved prompt with its versions and instructions'],
  ['conversation', 'A conversation between a customer and support'],
] as const;
