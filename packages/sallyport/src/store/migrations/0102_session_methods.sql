-- How a person proved who it is, for a session (RFC 8176): pwd, otp, hwk, mfa, rcv.
alter table identity_sessions add column methods text[] not null default '{pwd}';
