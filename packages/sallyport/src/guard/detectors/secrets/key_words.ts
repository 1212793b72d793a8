/** Names that a password stands behind. */
export const KEY_WORDS: readonly string[] = ['password', 'passwd', 'passphrase', 'pwd', 'passwort', 'contraseña', 'senha', 'kennwort', 'пароль', 'db_password', 'dbpassword', 'postgres_password', 'mysql_password', 'mysql_root_password', 'admin_password', 'user_password', 'smtp_password', 'email_password', 'redis_password'];
