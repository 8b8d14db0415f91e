-- Keys of the API. The secret itself is stored nowhere: 256 random bits need no slow hash, SHA-256 will do.
create table api_key (
  id text primary key,                          -- public part of the key
  name text not null,                           -- whose it is
  scope text not null check (scope in ('partner', 'operator')),
  hash bytea not null,                          -- SHA-256 of the secret part
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

-- What operators did, by the machine's clock also in a replay. A row is written before the act, so that none goes
-- unrecorded; how it ended follows in a row of its own. Neither is ever changed.
create table operator_act (
  seq bigint generated always as identity primary key,
  at timestamptz not null,
  run_kind text not null,
  caller_kind text not null,                    -- key | token | nobody (no key needed) | command
  caller text not null,                         -- id of the key, subject of the token, user of the machine
  caller_name text not null,
  address text,                                 -- null for a command
  act text not null,                            -- POST /v1/alerts/:alert/acknowledge
  target text not null,                         -- the path as it was asked for
  request text                                  -- JSON as it was sent; jsonb cannot hold every text that JSON can
);
create table operator_act_outcome (
  act bigint primary key references operator_act (seq),
  at timestamptz not null,
  status integer not null,                      -- of HTTP; 0 for a command that ended well
  code text                                     -- of the fault, null when it was done
);
