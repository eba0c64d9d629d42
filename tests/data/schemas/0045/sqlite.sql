CREATE TABLE canned_starter (
    "key" VARCHAR(40) NOT NULL,
    installed_at DATETIME NOT NULL,
    CONSTRAINT pk_canned_starter PRIMARY KEY ("key")
);
CREATE TABLE agent (
    id INTEGER NOT NULL,
    email VARCHAR(254) NOT NULL,
    name TEXT NOT NULL,
    role VARCHAR(24) NOT NULL,
    password_hash TEXT NOT NULL,
    demo BOOLEAN DEFAULT 0 NOT NULL,
    language VARCHAR(8),
    disabled_at DATETIME,
    away_since DATETIME,
    assigned_at DATETIME,
    picture VARCHAR(64),
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_agent PRIMARY KEY (id),
    CONSTRAINT uq_agent_email UNIQUE (email)
);
CREATE TABLE contact (
    id INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    language VARCHAR(8) NOT NULL,
    chosen_language VARCHAR(8),
    numbered BOOLEAN NOT NULL,
    expects VARCHAR(32),
    unreachable TEXT,
    flood_since DATETIME,
    flood_written DATETIME,
    flood_count INTEGER DEFAULT '0' NOT NULL,
    person_id INTEGER,
    muted_at DATETIME,
    version INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    last_seen_at DATETIME NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_account_user_id UNIQUE (account, user_id)
);
CREATE TABLE inbox_event (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account VARCHAR(64) NOT NULL,
    event_key VARCHAR(128) NOT NULL,
    message_key VARCHAR(128),
    user_id VARCHAR(64) NOT NULL,
    payload TEXT NOT NULL,
    received_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    state VARCHAR(24) NOT NULL,
    problem TEXT,
    CONSTRAINT uq_inbox_event_account_event_key UNIQUE (account, event_key),
    CONSTRAINT uq_inbox_event_account_message_key UNIQUE (account, message_key)
);
CREATE TABLE channel_state (
    account VARCHAR(64) NOT NULL,
    cursor VARCHAR(64),
    random_base INTEGER NOT NULL,
    problem TEXT,
    buttons_refused_at DATETIME,
    updated_at DATETIME NOT NULL,
    CONSTRAINT pk_channel_state PRIMARY KEY (account)
);
CREATE TABLE tag (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    CONSTRAINT pk_tag PRIMARY KEY (id),
    CONSTRAINT uq_tag_key UNIQUE ("key")
);
CREATE TABLE private_link (
    account VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    salt VARCHAR(32) NOT NULL,
    sealed VARCHAR(128) NOT NULL,
    last_used_at DATETIME NOT NULL,
    CONSTRAINT pk_private_link PRIMARY KEY (account, user_id),
    CONSTRAINT uq_private_link_token_hash UNIQUE (token_hash)
);
CREATE TABLE retention (
    id INTEGER NOT NULL,
    question_days INTEGER,
    conversation_days INTEGER,
    CONSTRAINT pk_retention PRIMARY KEY (id)
);
CREATE TABLE search_backfill (
    id INTEGER NOT NULL,
    before_id INTEGER NOT NULL,
    CONSTRAINT pk_search_backfill PRIMARY KEY (id)
);
CREATE TABLE usual_target (
    id INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    CONSTRAINT pk_usual_target PRIMARY KEY (id)
);
CREATE TABLE office_zone (
    id INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    CONSTRAINT pk_office_zone PRIMARY KEY (id)
);
CREATE TABLE office_day (
    id INTEGER NOT NULL,
    weekday INTEGER NOT NULL,
    hours VARCHAR(200) NOT NULL,
    CONSTRAINT pk_office_day PRIMARY KEY (id),
    CONSTRAINT uq_office_day_weekday UNIQUE (weekday)
);
CREATE TABLE office_holiday (
    day VARCHAR(10) NOT NULL,
    name VARCHAR(100) NOT NULL,
    CONSTRAINT pk_office_holiday PRIMARY KEY (day)
);
CREATE TABLE lease (
    name VARCHAR(64) NOT NULL,
    epoch BIGINT NOT NULL,
    holder VARCHAR(64),
    expires_at DATETIME NOT NULL,
    CONSTRAINT pk_lease PRIMARY KEY (name)
);
CREATE TABLE category (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    titles TEXT NOT NULL,
    handoff VARCHAR(16) NOT NULL,
    form TEXT,
    form_edited_at DATETIME,
    first_answer_minutes INTEGER,
    next_answer_minutes INTEGER,
    position INTEGER NOT NULL,
    CONSTRAINT pk_category PRIMARY KEY (id),
    CONSTRAINT uq_category_key UNIQUE ("key")
);
CREATE TABLE knowledge_state (
    id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_knowledge_state PRIMARY KEY (id)
);
CREATE TABLE text_vector (
    text_hash VARCHAR(32) NOT NULL,
    model VARCHAR(64) NOT NULL,
    vector BLOB NOT NULL,
    CONSTRAINT pk_text_vector PRIMARY KEY (text_hash, model)
);
CREATE TABLE audit_entry (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    agent_id INTEGER,
    origin VARCHAR(24) NOT NULL,
    action VARCHAR(24) NOT NULL,
    concern VARCHAR(24) NOT NULL,
    concern_id VARCHAR(64) NOT NULL,
    details TEXT NOT NULL,
    CONSTRAINT pk_audit_entry PRIMARY KEY (id),
    CONSTRAINT fk_audit_entry_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE canned_response (
    id INTEGER NOT NULL,
    owner_id INTEGER,
    language VARCHAR(8) NOT NULL,
    folder TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    uses INTEGER DEFAULT '0' NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT pk_canned_response PRIMARY KEY (id),
    CONSTRAINT fk_canned_response_owner_id FOREIGN KEY(owner_id) REFERENCES agent (id)
);
CREATE TABLE saved_view (
    id INTEGER NOT NULL,
    owner_id INTEGER,
    name TEXT NOT NULL,
    "query" TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_saved_view PRIMARY KEY (id),
    CONSTRAINT fk_saved_view_owner_id FOREIGN KEY(owner_id) REFERENCES agent (id)
);
CREATE TABLE agent_session (
    token_hash VARCHAR(64) NOT NULL,
    agent_id INTEGER NOT NULL,
    csrf_token VARCHAR(64) NOT NULL,
    device VARCHAR(80) DEFAULT '' NOT NULL,
    created_at DATETIME NOT NULL,
    last_seen_at DATETIME NOT NULL,
    CONSTRAINT pk_agent_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_agent_session_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE contact_identifier (
    contact_id INTEGER NOT NULL,
    value VARCHAR(254) NOT NULL,
    CONSTRAINT pk_contact_identifier PRIMARY KEY (contact_id, value),
    CONSTRAINT fk_contact_identifier_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE contact_note (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT fk_contact_note_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_contact_note_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE ticket (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL,
    status VARCHAR(24) NOT NULL,
    question TEXT NOT NULL,
    category VARCHAR(64),
    language VARCHAR(8) NOT NULL,
    reason VARCHAR(32) NOT NULL,
    assignee_id INTEGER,
    claimed_at DATETIME,
    claimed_until DATETIME,
    touched_at DATETIME,
    returned_from_id INTEGER,
    snoozed_at DATETIME,
    snoozed_until DATETIME,
    opened_at DATETIME NOT NULL,
    due_at DATETIME,
    waiting_since DATETIME,
    unanswered_since DATETIME,
    undelivered VARCHAR(24),
    first_reply_at DATETIME,
    solved_at DATETIME,
    remind_at DATETIME,
    solve_at DATETIME,
    overdue_at DATETIME,
    reopen_until DATETIME,
    reopened_at DATETIME,
    previous_assignee_id INTEGER,
    joined_acknowledged BOOLEAN NOT NULL,
    patience_asked BOOLEAN NOT NULL,
    read_at DATETIME,
    rating INTEGER,
    rating_comment TEXT,
    version INTEGER NOT NULL,
    emptied_at DATETIME,
    updated_at DATETIME NOT NULL,
    CONSTRAINT fk_ticket_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_ticket_assignee_id FOREIGN KEY(assignee_id) REFERENCES agent (id),
    CONSTRAINT fk_ticket_returned_from_id FOREIGN KEY(returned_from_id) REFERENCES agent (id),
    CONSTRAINT fk_ticket_previous_assignee_id FOREIGN KEY(previous_assignee_id) REFERENCES agent (id)
);
CREATE TABLE agent_device (
    token_hash VARCHAR(64) NOT NULL,
    agent_id INTEGER NOT NULL,
    last_used_at DATETIME NOT NULL,
    CONSTRAINT pk_agent_device PRIMARY KEY (token_hash, agent_id),
    CONSTRAINT fk_agent_device_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE agent_link (
    agent_id INTEGER NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    expires_at DATETIME NOT NULL,
    CONSTRAINT pk_agent_link PRIMARY KEY (agent_id),
    CONSTRAINT fk_agent_link_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT uq_agent_link_token_hash UNIQUE (token_hash)
);
CREATE TABLE agent_totp (
    agent_id INTEGER NOT NULL,
    secret VARCHAR(32) NOT NULL,
    enabled_at DATETIME,
    last_step INTEGER NOT NULL,
    CONSTRAINT pk_agent_totp PRIMARY KEY (agent_id),
    CONSTRAINT fk_agent_totp_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE recovery_code (
    agent_id INTEGER NOT NULL,
    code_hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_recovery_code PRIMARY KEY (agent_id, code_hash),
    CONSTRAINT fk_recovery_code_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE sign_in_step (
    token_hash VARCHAR(64) NOT NULL,
    agent_id INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    started_at DATETIME NOT NULL,
    CONSTRAINT pk_sign_in_step PRIMARY KEY (token_hash),
    CONSTRAINT fk_sign_in_step_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE api_token (
    id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    created_at DATETIME NOT NULL,
    revoked_at DATETIME,
    CONSTRAINT pk_api_token PRIMARY KEY (id),
    CONSTRAINT fk_api_token_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT uq_api_token_token_hash UNIQUE (token_hash)
);
CREATE TABLE ping_settings (
    agent_id INTEGER NOT NULL,
    opened BOOLEAN NOT NULL,
    assigned BOOLEAN NOT NULL,
    overdue BOOLEAN NOT NULL,
    sound BOOLEAN NOT NULL,
    browser BOOLEAN NOT NULL,
    messenger BOOLEAN NOT NULL,
    quiet_from INTEGER,
    quiet_until INTEGER,
    zone VARCHAR(64) NOT NULL,
    CONSTRAINT pk_ping_settings PRIMARY KEY (agent_id),
    CONSTRAINT fk_ping_settings_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE agent_account (
    contact_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    linked_at DATETIME NOT NULL,
    CONSTRAINT pk_agent_account PRIMARY KEY (contact_id),
    CONSTRAINT fk_agent_account_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_agent_account_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE account_token (
    agent_id INTEGER NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    expires_at DATETIME NOT NULL,
    CONSTRAINT pk_account_token PRIMARY KEY (agent_id),
    CONSTRAINT fk_account_token_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT uq_account_token_token_hash UNIQUE (token_hash)
);
CREATE TABLE form (
    id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    question TEXT NOT NULL,
    about TEXT NOT NULL,
    fields TEXT NOT NULL,
    answers TEXT NOT NULL,
    state VARCHAR(24) NOT NULL,
    touched_at DATETIME NOT NULL,
    reminded_at DATETIME,
    CONSTRAINT pk_form PRIMARY KEY (id),
    CONSTRAINT fk_form_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE wording_override (
    id INTEGER NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    language VARCHAR(8) NOT NULL,
    sentence TEXT NOT NULL,
    forms TEXT NOT NULL,
    agent_id INTEGER,
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_wording_override PRIMARY KEY (id),
    CONSTRAINT uq_wording_override_key_language UNIQUE ("key", language),
    CONSTRAINT fk_wording_override_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE entry (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    lang VARCHAR(16) NOT NULL,
    category_id INTEGER,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    handoff VARCHAR(16),
    status VARCHAR(16) NOT NULL,
    position INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    not_helped INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    author TEXT NOT NULL,
    fingerprint VARCHAR(32) NOT NULL,
    search TEXT NOT NULL,
    CONSTRAINT pk_entry PRIMARY KEY (id),
    CONSTRAINT uq_entry_key_lang UNIQUE ("key", lang),
    CONSTRAINT fk_entry_category_id FOREIGN KEY(category_id) REFERENCES category (id) ON DELETE SET NULL
);
CREATE TABLE ticket_seen (
    agent_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    CONSTRAINT pk_ticket_seen PRIMARY KEY (agent_id, ticket_id),
    CONSTRAINT fk_ticket_seen_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT fk_ticket_seen_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
CREATE TABLE draft (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    mode VARCHAR(24) NOT NULL,
    text TEXT NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    version INTEGER NOT NULL,
    typed_at DATETIME NOT NULL,
    browser VARCHAR(36) DEFAULT '' NOT NULL,
    browser_time INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT uq_draft_agent_id_ticket_id UNIQUE (agent_id, ticket_id),
    CONSTRAINT fk_draft_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT fk_draft_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id),
    CONSTRAINT fk_draft_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE canned_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    response_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    size INTEGER NOT NULL,
    head VARCHAR(32) NOT NULL,
    CONSTRAINT fk_canned_file_response_id FOREIGN KEY(response_id) REFERENCES canned_response (id)
);
CREATE TABLE message (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL,
    ticket_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    author TEXT NOT NULL,
    agent_id INTEGER,
    unnamed BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    attachments TEXT,
    contents TEXT,
    platform_id VARCHAR(64),
    edited_at DATETIME,
    deleted_at DATETIME,
    deleted_by_id INTEGER,
    "before" TEXT,
    "key" VARCHAR(64),
    key_digest VARCHAR(64),
    at DATETIME NOT NULL,
    CONSTRAINT fk_message_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_message_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id),
    CONSTRAINT fk_message_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT fk_message_deleted_by_id FOREIGN KEY(deleted_by_id) REFERENCES agent (id),
    CONSTRAINT uq_message_key UNIQUE ("key")
);
CREATE TABLE ticket_tag (
    ticket_id INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    CONSTRAINT pk_ticket_tag PRIMARY KEY (ticket_id, tag_id),
    CONSTRAINT fk_ticket_tag_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id),
    CONSTRAINT fk_ticket_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id),
    CONSTRAINT fk_ticket_tag_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE hand_over_request (
    ticket_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    asked_at DATETIME NOT NULL,
    declined_at DATETIME,
    CONSTRAINT pk_hand_over_request PRIMARY KEY (ticket_id, agent_id),
    CONSTRAINT fk_hand_over_request_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id),
    CONSTRAINT fk_hand_over_request_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE ping (
    id INTEGER NOT NULL,
    agent_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    ticket_id INTEGER NOT NULL,
    reference VARCHAR(40) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_ping PRIMARY KEY (id),
    CONSTRAINT uq_ping_agent_id_kind_reference UNIQUE (agent_id, kind, reference),
    CONSTRAINT fk_ping_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT fk_ping_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
CREATE TABLE promise (
    id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    since DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    outcome VARCHAR(24),
    ended_at DATETIME,
    CONSTRAINT pk_promise PRIMARY KEY (id),
    CONSTRAINT fk_promise_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
CREATE TABLE phrasing (
    id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    position INTEGER NOT NULL,
    fingerprint VARCHAR(32) NOT NULL,
    CONSTRAINT pk_phrasing PRIMARY KEY (id),
    CONSTRAINT fk_phrasing_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);
CREATE TABLE entry_version (
    id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at DATETIME NOT NULL,
    author TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    CONSTRAINT pk_entry_version PRIMARY KEY (id),
    CONSTRAINT uq_entry_version_entry_id_revision UNIQUE (entry_id, revision),
    CONSTRAINT fk_entry_version_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);
CREATE TABLE lookup (
    id INTEGER NOT NULL,
    contact_id INTEGER,
    question TEXT NOT NULL,
    band VARCHAR(16) NOT NULL,
    candidates TEXT NOT NULL,
    chosen_entry_id INTEGER,
    outcome VARCHAR(16) NOT NULL,
    vote VARCHAR(16),
    lang VARCHAR(16) NOT NULL,
    at DATETIME NOT NULL,
    emptied_at DATETIME,
    CONSTRAINT pk_lookup PRIMARY KEY (id),
    CONSTRAINT fk_lookup_chosen_entry_id FOREIGN KEY(chosen_entry_id) REFERENCES entry (id) ON DELETE SET NULL
);
CREATE TABLE draft_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    draft_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    size INTEGER NOT NULL,
    head VARCHAR(32) NOT NULL,
    CONSTRAINT fk_draft_file_draft_id FOREIGN KEY(draft_id) REFERENCES draft (id),
    CONSTRAINT fk_draft_file_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE delivery (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    text TEXT NOT NULL,
    entities TEXT NOT NULL,
    buttons TEXT NOT NULL,
    by_agent BOOLEAN NOT NULL,
    random_id INTEGER,
    state VARCHAR(24) NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    repeated BOOLEAN NOT NULL,
    next_attempt_at DATETIME NOT NULL,
    first_attempt_at DATETIME,
    lease_owner VARCHAR(64),
    lease_until DATETIME,
    platform_ids TEXT,
    edits INTEGER,
    file TEXT,
    afresh BOOLEAN NOT NULL,
    deletes BOOLEAN DEFAULT 0 NOT NULL,
    place TEXT,
    marks VARCHAR(64),
    updated_at DATETIME NOT NULL,
    CONSTRAINT uq_delivery_account_random_id UNIQUE (account, random_id),
    CONSTRAINT fk_delivery_message_id FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_delivery_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_delivery_edits FOREIGN KEY(edits) REFERENCES delivery (id)
);
CREATE TABLE choice (
    id VARCHAR(40) NOT NULL,
    contact_id INTEGER NOT NULL,
    action VARCHAR(32) NOT NULL,
    data TEXT NOT NULL,
    used_at DATETIME,
    message_id INTEGER,
    number INTEGER,
    CONSTRAINT pk_choice PRIMARY KEY (id),
    CONSTRAINT fk_choice_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_choice_message_id FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE file (
    id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    size INTEGER,
    state VARCHAR(24) NOT NULL,
    reason VARCHAR(24),
    told BOOLEAN DEFAULT 1 NOT NULL,
    "key" VARCHAR(64),
    media_type VARCHAR(40) NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT pk_file PRIMARY KEY (id),
    CONSTRAINT fk_file_message_id FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_file_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE message_search (
    message_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    stems TEXT NOT NULL,
    CONSTRAINT pk_message_search PRIMARY KEY (message_id),
    CONSTRAINT fk_message_search_message_id FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_message_search_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE VIRTUAL TABLE message_search_fts USING fts5(stems, content='message_search', content_rowid='message_id', tokenize='ascii', detail='none', columnsize=0);
CREATE TABLE mention (
    message_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    CONSTRAINT pk_mention PRIMARY KEY (message_id, agent_id),
    CONSTRAINT fk_mention_message_id FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_mention_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id),
    CONSTRAINT fk_mention_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE handover (
    message_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    CONSTRAINT pk_handover PRIMARY KEY (message_id),
    CONSTRAINT fk_handover_message_id FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_handover_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_handover_agent_id FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE public_question (
    id VARCHAR(24) NOT NULL,
    contact_id INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    place VARCHAR(64) NOT NULL,
    thread VARCHAR(64) NOT NULL,
    message VARCHAR(64) NOT NULL,
    text TEXT NOT NULL,
    replied_at DATETIME,
    line_id INTEGER,
    at DATETIME NOT NULL,
    CONSTRAINT pk_public_question PRIMARY KEY (id),
    CONSTRAINT uq_public_question_account_place_thread_message UNIQUE (account, place, thread, message),
    CONSTRAINT fk_public_question_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_public_question_line_id FOREIGN KEY(line_id) REFERENCES message (id)
);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE INDEX ix_contact_matter ON contact (last_seen_at) WHERE expects = 'matter';
CREATE INDEX ix_contact_person ON contact (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX ix_inbox_poison ON inbox_event (state) WHERE state IN ('poison');
CREATE INDEX ix_inbox_new ON inbox_event (state, account, user_id) WHERE state IN ('new');
CREATE INDEX ix_inbox_contact ON inbox_event (account, user_id, state);
CREATE INDEX ix_audit_entry_agent ON audit_entry (agent_id, id);
CREATE INDEX ix_audit_entry_at ON audit_entry (at);
CREATE INDEX ix_audit_entry_action ON audit_entry (action, id);
CREATE INDEX ix_canned_response_owner_id ON canned_response (owner_id);
CREATE INDEX ix_saved_view_owner_id ON saved_view (owner_id);
CREATE INDEX ix_agent_session_agent_id ON agent_session (agent_id);
CREATE INDEX ix_contact_identifier_value ON contact_identifier (value);
CREATE INDEX ix_contact_note_contact_id ON contact_note (contact_id);
CREATE INDEX ix_ticket_updated_at ON ticket (updated_at);
CREATE INDEX ix_ticket_contact ON ticket (contact_id, status);
CREATE INDEX ix_ticket_status ON ticket (status, id);
CREATE INDEX ix_ticket_claimed ON ticket (claimed_until) WHERE assignee_id IS NOT NULL AND touched_at IS NULL AND status IN ('open', 'waiting');
CREATE INDEX ix_ticket_live ON ticket (status, due_at, id) WHERE status IN ('open', 'waiting');
CREATE INDEX ix_ticket_overdue ON ticket (overdue_at) WHERE overdue_at IS NOT NULL;
CREATE INDEX ix_ticket_snoozed ON ticket (snoozed_until) WHERE snoozed_at IS NOT NULL;
CREATE INDEX ix_ticket_remind ON ticket (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX ix_ticket_answered ON ticket (opened_at) WHERE first_reply_at IS NOT NULL;
CREATE INDEX ix_ticket_kept ON ticket (updated_at, id) WHERE emptied_at IS NULL;
CREATE INDEX ix_ticket_solve ON ticket (solve_at) WHERE solve_at IS NOT NULL;
CREATE INDEX ix_ticket_undelivered ON ticket (undelivered) WHERE undelivered IS NOT NULL AND status IN ('open', 'waiting');
CREATE INDEX ix_ticket_held ON ticket (assignee_id) WHERE assignee_id IS NOT NULL AND status IN ('open', 'waiting');
CREATE INDEX ix_ticket_owned ON ticket (due_at) WHERE touched_at IS NOT NULL AND status IN ('open');
CREATE INDEX ix_agent_device_agent_id ON agent_device (agent_id);
CREATE INDEX ix_sign_in_step_agent_id ON sign_in_step (agent_id);
CREATE INDEX ix_agent_account_agent_id ON agent_account (agent_id);
CREATE INDEX ix_form_contact_id ON form (contact_id);
CREATE INDEX ix_form_idle ON form (touched_at) WHERE state IN ('open');
CREATE INDEX ix_entry_category_id ON entry (category_id);
CREATE INDEX ix_entry_list ON entry (status, lang, category_id, position);
CREATE INDEX ix_entry_fingerprint ON entry (fingerprint);
CREATE INDEX ix_draft_contact_id ON draft (contact_id);
CREATE INDEX ix_canned_file_response_id ON canned_file (response_id);
CREATE INDEX ix_canned_file_key ON canned_file ("key");
CREATE INDEX ix_message_platform ON message (contact_id, platform_id);
CREATE INDEX ix_message_contact ON message (contact_id, id);
CREATE INDEX ix_message_loose ON message (at, id) WHERE ticket_id IS NULL;
CREATE INDEX ix_message_ticket ON message (ticket_id, id);
CREATE INDEX ix_ticket_tag_contact_id ON ticket_tag (contact_id);
CREATE INDEX ix_ticket_tag_tag ON ticket_tag (tag_id, ticket_id);
CREATE INDEX ix_ping_reference ON ping (reference) WHERE agent_id IS NULL;
CREATE INDEX ix_ping_agent_id_id ON ping (agent_id, id);
CREATE UNIQUE INDEX uq_promise_open ON promise (ticket_id) WHERE outcome IS NULL;
CREATE INDEX ix_promise_ticket_id ON promise (ticket_id);
CREATE INDEX ix_promise_due ON promise (due_at) WHERE outcome IS NULL;
CREATE INDEX ix_phrasing_fingerprint ON phrasing (fingerprint);
CREATE INDEX ix_phrasing_entry_id ON phrasing (entry_id);
CREATE INDEX ix_entry_version_revision ON entry_version (revision);
CREATE INDEX ix_lookup_contact_id ON lookup (contact_id);
CREATE INDEX ix_lookup_at ON lookup (at);
CREATE INDEX ix_lookup_kept ON lookup (at) WHERE emptied_at IS NULL;
CREATE INDEX ix_lookup_chosen_entry_id ON lookup (chosen_entry_id);
CREATE INDEX ix_draft_file_contact_id ON draft_file (contact_id);
CREATE INDEX ix_draft_file_key ON draft_file ("key");
CREATE INDEX ix_draft_file_draft_id ON draft_file (draft_id);
CREATE INDEX ix_delivery_unsaid ON delivery (message_id) WHERE place IS NOT NULL AND state IN ('failed');
CREATE INDEX ix_delivery_contact ON delivery (contact_id, id);
CREATE INDEX ix_delivery_message ON delivery (message_id);
CREATE INDEX ix_delivery_lost ON delivery (state) WHERE state IN ('maybe_delivered', 'failed');
CREATE INDEX ix_delivery_edits ON delivery (edits) WHERE edits IS NOT NULL;
CREATE INDEX ix_delivery_unfinished ON delivery (account, next_attempt_at) WHERE state IN ('queued', 'claimed', 'sending', 'retrying');
CREATE INDEX ix_delivery_updated_at ON delivery (updated_at);
CREATE INDEX ix_choice_contact_id ON choice (contact_id);
CREATE INDEX ix_choice_message_id ON choice (message_id);
CREATE INDEX ix_file_message_id ON file (message_id);
CREATE INDEX ix_file_contact_id ON file (contact_id);
CREATE INDEX ix_file_wanted ON file (account, next_attempt_at) WHERE state IN ('wanted');
CREATE INDEX ix_file_key ON file ("key");
CREATE INDEX ix_message_search_contact_id ON message_search (contact_id);
CREATE INDEX ix_mention_agent ON mention (agent_id, message_id);
CREATE INDEX ix_mention_contact_id ON mention (contact_id);
CREATE INDEX ix_handover_contact_id ON handover (contact_id);
CREATE INDEX ix_public_question_line_id ON public_question (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX ix_public_question_at ON public_question (at);
CREATE INDEX ix_public_question_contact_id ON public_question (contact_id);
CREATE INDEX ix_public_question_said ON public_question (account, place, replied_at);
CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry WHEN OLD.at > datetime('now', '-1095 days') BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER message_search_insert AFTER INSERT ON message_search BEGIN INSERT INTO message_search_fts (rowid, stems) VALUES (NEW.message_id, NEW.stems); END;
CREATE TRIGGER message_search_delete AFTER DELETE ON message_search BEGIN INSERT INTO message_search_fts (message_search_fts, rowid, stems) VALUES ('delete', OLD.message_id, OLD.stems); END;
CREATE TRIGGER message_search_update AFTER UPDATE OF stems ON message_search BEGIN INSERT INTO message_search_fts (message_search_fts, rowid, stems) VALUES ('delete', OLD.message_id, OLD.stems); INSERT INTO message_search_fts (rowid, stems) VALUES (NEW.message_id, NEW.stems); END;
