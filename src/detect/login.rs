//! Login names where logs put them: `Accepted publickey for jroe from`, `Invalid user jroe`, `jroe : TTY=`, `'jroe'@'host'`.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::common;
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::handle;
use crate::detect::names;
use crate::detect::person::{self, LOGIN};
use crate::detect::prefilter::Literal;
use crate::detect::value::Quote;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds login names by what stands around them in logs.
pub struct Login;

const USER: usize = 0;
const NAME: usize = 1;

/// What a name of a domain begins with.
const CAPITAL: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const UPPER: ByteSet = CAPITAL.or(DIGIT).or(ByteSet::of(b"-_.\\"));
/// What a login name goes on with.
const NAMED: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-"));

/// What to look for at an anchor.
#[derive(Clone, Copy)]
enum Sort {
    /// The name follows, whatever it is.
    Follows,
    /// `user`: the name follows if a word before it says so, or if it is quoted.
    Word,
    /// `user [`: the name follows and ends with the bracket.
    Bracket,
    /// A word or two stand between: `Accepted publickey for jroe`.
    For,
    /// A name in quotes behind `captcha not required for`, on a line that tells of accounts.
    Quotes,
    /// The name stands before, behind a blank or a colon.
    Before,
    /// The name stands before, behind the word `user`: `User jroe logged in`.
    UserBefore,
    /// `jroe : 3 incorrect password attempts`.
    Attempts,
    /// `(to root) jroe on pts/0`.
    Becomes,
    /// `su for root by jroe`.
    By,
    /// `su: jroe to root on /dev/pts/0`, `+ /dev/pts/1 jroe:root`.
    Changes,
    /// `changed by jroe at 03:32:48`.
    Changed,
    /// `psql -U jroe`, `ssh -l jroe`.
    Option,
    /// `CORP\jroe`.
    Slashed,
    /// `Authorized to jroe, krb5 principal ...`.
    Authorized,
    /// `uid: jroe` in an entry of LDIF.
    UidOfEntry,
    /// `"cn": "Jane Roe"`, `<attr name="cn">Jane Roe<`.
    Element,
    /// `USERID:[4] "JROE"` of Oracle's audit.
    Audited,
    /// `GRANT SELECT ON t TO jroe`.
    Grant,
    /// `arn:aws:iam::123456789012:user/support/jroe`.
    Resource,
    /// `jroe/203.0.113.7:1194 MULTI:` of OpenVPN.
    Client,
    /// `username jroe privilege 15` of a network device, `login jroe password` of `.netrc`.
    Configured,
    /// `user ACME\jroe`.
    Domain,
    /// `'jroe'@'host'`.
    Quoted,
    /// `[~jroe]`, `/~jroe`.
    Tilde,
    /// `CN=Roe\, Jane,OU=`.
    CommonName,
    /// `sn: Roe`, `gecos: Jane Roe` at the start of a line.
    Attribute,
    /// `add 'jroe' to group 'wheel'`.
    Grouped,
    /// `192.0.2.1[gw]...198.51.100.7[jroe]` of strongSwan.
    Peer,
    /// `- name: jroe` before the credentials of `kubectl`.
    Kube,
    /// `jroe    **Never logged in**`, `jroe Cleartext-Password := "x"` of RADIUS.
    First,
    /// `FAILED LOGIN (1) on '/dev/tty1' FOR 'jroe'`, `LOGIN ON tty1 BY jroe`.
    Console,
    /// `pam(jroe,192.0.2.7)` of Dovecot, with an address behind the name or a bracket.
    Worker,
    /// `U=jroe P=local` of Exim.
    Sent,
    /// `-> jroe <jane@...> R=local_user` of Exim.
    Delivered,
    /// `jroe/192.0.2.7:50112 MULTI: Learn: 10.8.0.6 -> jroe/192.0.2.7:50112` of OpenVPN.
    Multi,
    /// `CLIENT_LIST,jroe,192.0.2.7:50112,`, `ROUTING_TABLE,10.8.0.6,jroe,` of OpenVPN.
    Status,
    /// `"Jane Roe" <sip:jroe@...>`, `Jane Roe <tel:...>`.
    Caller,
    /// `SIP/jroe-0000003b`.
    Channel,
    /// `Running as jroe`, and nothing else on the line.
    Alone,
    /// `# User@Host: jroe[jroe] @ host []` of MySQL.
    Slow,
    /// `Key (username)=(jroe) already exists` of PostgreSQL.
    Violated,
    /// `Configured from console by jroe on vty0`.
    Configurer,
    /// `/var/spool/mail/jroe`, `/remote.php/dav/files/jroe/`.
    Pathed,
    /// `Duplicate entry 'jroe' for key 'user_login_key'` of MySQL.
    Duplicate,
    /// `UserId=jroe(1004)` of Slurm, `<id@host> for jroe:1004` of spamd.
    Counted,
    /// `smbd_audit: jroe|192.0.2.7|share` of Samba.
    Audit,
    /// `register => jroe:secret@host` of Asterisk.
    Register,
    /// `"AUTH" "jroe" "secret"` of Redis.
    Asked,
    /// `uname=jroe` of Grafana, but not `uname=Linux`.
    Assigned,
    /// `SERVICE NOTIFICATION: jroe;host;` of Nagios.
    Noted,
    /// `Login succeeded for jroe/Staff (session:...)`.
    Realm,
    /// `*  2 vty 0     jroe    idle` of a device.
    Line,
    /// `snmp-server contact Jane Roe`.
    Contact,
    /// `r4411 | jroe | 2024-05-06 07:29:00 +0200 (Mon, 06 May 2024) | 1 line` of Subversion.
    Revision,
    /// `ACME\jroe:(OI)(CI)(F)` of `icacls`.
    Granted,
    /// `  User jroe` in a file of hosts of OpenSSH.
    Host,
    /// `jroe ALL=(ALL) NOPASSWD: ALL`.
    Sudoers,
    /// `User_Alias DBAS = jroe, mkent`.
    Alias,
    /// `UID="root" AUID="jroe" ID="jroe"` of the audit.
    Enriched,
    /// `user [jroe] -> [jroe] -> [jroe] succeeded` of Samba.
    Mapped,
    /// `login: host [192.0.2.7] jroe plaintext User logged in` of Cyrus.
    Cyrus,
    /// `"uid": ["jroe"]`, `"sn": ["Roe"]` of FreeIPA.
    Attributed,
}

const ANCHORS: [(&[u8], Sort); 304] = [
    (b"invalid user ", Sort::Follows),
    (b"illegal user ", Sort::Follows),
    (b"authenticating user ", Sort::Follows),
    (b"disconnected from user ", Sort::Follows),
    (b"opened for user ", Sort::Follows),
    (b"closed for user ", Sort::Follows),
    (b"of user ", Sort::Follows),
    (b"user slice of ", Sort::Follows),
    (b"logged in as ", Sort::Follows),
    (b"login as ", Sort::Follows),
    (b"logging in as ", Sort::Follows),
    (b"as principal ", Sort::Follows),
    (b"logged in user ", Sort::Follows),
    (b"logged out user ", Sort::Follows),
    (b"authenticated user ", Sort::Follows),
    (b"authenticate user ", Sort::Follows),
    (b" -identity ", Sort::Follows),
    (b"account name:", Sort::Follows),
    (b"user name:", Sort::Follows),
    (b"new user: name=", Sort::Follows),
    (b"for ruser ", Sort::Follows),
    (b"password changed for ", Sort::Follows),
    (b"changed password for ", Sort::Follows),
    (b"[sudo] password for ", Sort::Follows),
    (b"'s password for ", Sort::Follows),
    (b"failures for ", Sort::Follows),
    (b"attempts exceeded for ", Sort::Follows),
    (b"failed login for ", Sort::Follows),
    (b"login failure for ", Sort::Follows),
    (b"logon failure for ", Sort::Follows),
    (b"successful login for ", Sort::Follows),
    (b"authentication failed for ", Sort::Follows),
    (b"authentication failure for ", Sort::Follows),
    (b"authorized to ", Sort::Authorized),
    (b"viewprofile.jspa?name=", Sort::Follows),
    (b" /user:", Sort::Follows),
    (b"sudo -u ", Sort::Follows),
    (b"create user ", Sort::Follows),
    (b"create role ", Sort::Follows),
    (b"alter role ", Sort::Follows),
    (b"create login ", Sort::Follows),
    (b"alter login ", Sort::Follows),
    (b"sp_addlogin ", Sort::Follows),
    (b"acl setuser ", Sort::Follows),
    (b"alter user ", Sort::Follows),
    (b"drop user ", Sort::Follows),
    (b"owner to ", Sort::Follows),
    (b"): account ", Sort::Follows),
    (b"useradd ", Sort::Follows),
    (b"adduser ", Sort::Follows),
    (b"password reset for ", Sort::Follows),
    (b"login attempt by ", Sort::Follows),
    (b"login attempt for ", Sort::Follows),
    (b"login attempt from user ", Sort::Follows),
    (b"account locked for ", Sort::Follows),
    (b"locked out user ", Sort::Follows),
    (b"signed in as ", Sort::Follows),
    (b"authenticated as ", Sort::Follows),
    (b"logged on as ", Sort::Follows),
    (b"impersonating user ", Sort::Follows),
    (b"kinit ", Sort::Follows),
    (b"imap(", Sort::Follows),
    (b"pop3(", Sort::Follows),
    (b"lmtp(", Sort::Follows),
    (b"ldap_bind: ", Sort::Follows),
    (b"binding as ", Sort::Follows),
    (b"running as user ", Sort::Follows),
    (b"su - ", Sort::Follows),
    (b"login as: ", Sort::Follows),
    (b"login by user ", Sort::Follows),
    (b"cn = ", Sort::CommonName),
    (b"for user ", Sort::Word),
    (b"by user ", Sort::Word),
    (b"from user ", Sort::Word),
    (b"as user ", Sort::Word),
    (b"user \"", Sort::Word),
    (b"user '", Sort::Word),
    (b"user `", Sort::Word),
    (b"role \"", Sort::Word),
    (b"account '", Sort::Word),
    (b"username '", Sort::Word),
    (b"user <", Sort::Bracket),
    (b"user=<", Sort::Bracket),
    (b"authentication of [", Sort::Bracket),
    (b"userid:[", Sort::Audited),
    (b" user:[", Sort::Audited),
    (b"user [", Sort::Bracket),
    (b"user (", Sort::Bracket),
    (b"accepted ", Sort::For),
    (b"failed ", Sort::For),
    (b"postponed ", Sort::For),
    (b"starting session: ", Sort::For),
    (b"ed for '", Sort::Quotes),
    (b"ed for \"", Sort::Quotes),
    (b"\" as \"", Sort::Quotes),
    (b"assignee was ", Sort::Word),
    (b"reporter was ", Sort::Word),
    (b" : tty=", Sort::Before),
    (b" : pwd=", Sort::Before),
    (b" : user not in sudoers", Sort::Before),
    (b" : command not allowed", Sort::Before),
    (b" : a password is required", Sort::Before),
    (b" : no tty present", Sort::Before),
    (b" is not in the sudoers", Sort::Before),
    (b"incorrect password attempt", Sort::Attempts),
    (b"(to ", Sort::Becomes),
    (b" su for ", Sort::By),
    (b"su: ", Sort::Changes),
    (b"/dev/pts/", Sort::Changes),
    (b" logged in", Sort::UserBefore),
    (b" logged out", Sort::UserBefore),
    (b" logged on", Sort::UserBefore),
    (b" logged off", Sort::UserBefore),
    (b" not allowed because", Sort::UserBefore),
    (b" does not exist", Sort::UserBefore),
    (b" has no permission", Sort::UserBefore),
    (b" is not authorized", Sort::UserBefore),
    (b" authenticated", Sort::UserBefore),
    (b" added to group", Sort::UserBefore),
    (b" removed from group", Sort::UserBefore),
    (b" has been ", Sort::UserBefore),
    (b": user ", Sort::Word),
    (b", user ", Sort::Word),
    (b"ed by ", Sort::Changed),
    (b" -u ", Sort::Option),
    (b" -l ", Sort::Option),
    (b"domain\\", Sort::Slashed),
    (b"corp\\", Sort::Slashed),
    (b"workgroup\\", Sort::Slashed),
    (b"uid: ", Sort::UidOfEntry),
    (b"\"cn\">", Sort::Element),
    (b"\"cn\":", Sort::Element),
    (b"\"displayname\">", Sort::Element),
    (b"\"gecos\":", Sort::Element),
    (b"grant ", Sort::Grant),
    (b"user ", Sort::Domain),
    (b"'@'", Sort::Quoted),
    (b":user/", Sort::Resource),
    (b":1194 ", Sort::Client),
    (b":1194[", Sort::Client),
    (b"username ", Sort::Configured),
    (b"login ", Sort::Configured),
    (b"[~", Sort::Tilde),
    (b"/~", Sort::Tilde),
    (b"cn=", Sort::CommonName),
    (b"cn: ", Sort::Attribute),
    (b"sn: ", Sort::Attribute),
    (b"gecos: ", Sort::Attribute),
    (b"created user ", Sort::Word),
    (b"deleted user ", Sort::Word),
    (b"removed user ", Sort::Word),
    (b"updated user ", Sort::Word),
    (b"added user ", Sort::Word),
    (b"disabled user ", Sort::Word),
    (b"enabled user ", Sort::Word),
    (b"unlocked user ", Sort::Word),
    (b"creating user ", Sort::Word),
    (b"deleting user ", Sort::Word),
    (b"removing user ", Sort::Word),
    (b"eap identity '", Sort::Word),
    (b"authentication of '", Sort::Word),
    (b"mapped to [", Sort::Bracket),
    (b"add '", Sort::Grouped),
    (b"delete '", Sort::Grouped),
    (b"]...", Sort::Peer),
    (b"- name: ", Sort::Kube),
    (b"**never logged in", Sort::First),
    (b"cleartext-password", Sort::First),
    (b"nt-password", Sort::First),
    (b"failed login (", Sort::Console),
    (b"login on tty", Sort::Console),
    (b"login on pts/", Sort::Console),
    (b"changed password expiry for ", Sort::Follows),
    (b"login success for ", Sort::Follows),
    (b"logon success for ", Sort::Follows),
    (b"login failed as ", Sort::Follows),
    (b"unix-user:", Sort::Follows),
    (b" from console by ", Sort::Configurer),
    (b"pam(", Sort::Worker),
    (b"passwd-file(", Sort::Worker),
    (b"auth-worker(", Sort::Worker),
    (b"orig_to=<", Sort::Bracket),
    (b"register => ", Sort::Register),
    (b"\"auth\" \"", Sort::Asked),
    (b"for username ", Sort::Word),
    (b"failed to authenticate ", Sort::Word),
    (b" uname=", Sort::Assigned),
    (b"changed author: ", Sort::Follows),
    (b"user not found: ", Sort::Word),
    (b"user found: ", Sort::Word),
    (b"unknown user: ", Sort::Word),
    (b"no such user: ", Sort::Word),
    (b"invalid user: ", Sort::Word),
    (b"unknown user ", Sort::Word),
    (b"no such user ", Sort::Word),
    (b"could not find user ", Sort::Word),
    (b"cannot find user ", Sort::Word),
    (b"service notification: ", Sort::Noted),
    (b"host notification: ", Sort::Noted),
    (b" - client_ip", Sort::UserBefore),
    (b"login succeeded for ", Sort::Realm),
    (b"login failed for ", Sort::Realm),
    (b" vty ", Sort::Line),
    (b"configuration change at ", Sort::Console),
    (b"config last updated at ", Sort::Console),
    (b"last commit: ", Sort::Console),
    (b"login user ", Sort::Configured),
    (b"snmp-server contact ", Sort::Contact),
    (b"syscontact ", Sort::Contact),
    (b"syscontact.0 = string: ", Sort::Contact),
    (b"ldap/login/", Sort::Follows),
    (b"userpass/login/", Sort::Follows),
    (b"| 1 line", Sort::Revision),
    (b"| 2 line", Sort::Revision),
    (b"| 3 line", Sort::Revision),
    (b"| 4 line", Sort::Revision),
    (b":(oi)", Sort::Granted),
    (b":(ci)", Sort::Granted),
    (b":(i)(", Sort::Granted),
    (b":(f)", Sort::Granted),
    (b":(rx)", Sort::Granted),
    (b"  user ", Sort::Host),
    (b"\tuser ", Sort::Host),
    (b"login ok: [", Sort::Bracket),
    (b"authenticate user [", Sort::Bracket),
    (b"login by user [", Sort::Bracket),
    (b"set_id=", Sort::Follows),
    (b" p=local", Sort::Sent),
    (b"> r=", Sort::Delivered),
    (b" multi: ", Sort::Multi),
    (b" sent control [", Sort::Multi),
    (b" push: ", Sort::Multi),
    (b"client_list,", Sort::Status),
    (b"routing_table,", Sort::Status),
    (b" to peer '", Sort::Word),
    (b"registered sip '", Sort::Word),
    (b"account \"", Sort::Word),
    (b"username \"", Sort::Word),
    (b"<sip:", Sort::Caller),
    (b"\" <+", Sort::Caller),
    (b"<sips:", Sort::Caller),
    (b"<tel:", Sort::Caller),
    (b"sip/", Sort::Channel),
    (b"running as ", Sort::Alone),
    (b"user@host: ", Sort::Slow),
    (b")=(", Sort::Violated),
    (b" may run the following", Sort::UserBefore),
    (b" may not run sudo", Sort::UserBefore),
    (b" all=(", Sort::Sudoers),
    (b"\tall=(", Sort::Sudoers),
    (b"user_alias ", Sort::Alias),
    (b"auid=\"", Sort::Enriched),
    (b"] -> [", Sort::Mapped),
    (b" is now logged", Sort::Before),
    (b" user logged in", Sort::Cyrus),
    (b"\"uid\": [\"", Sort::Attributed),
    (b"\"uid\":[\"", Sort::Attributed),
    (b"\"sn\": [\"", Sort::Attributed),
    (b"\"sn\":[\"", Sort::Attributed),
    (b"login failed: ", Sort::Word),
    (b"user logged in: ", Sort::Word),
    (b" in security realm", Sort::UserBefore),
    (b"assigning: [", Sort::Bracket),
    (b"rewritten: [", Sort::Bracket),
    (b"/dav/files/", Sort::Pathed),
    (b"/hub/user/", Sort::Pathed),
    (b"/spool/mail/", Sort::Pathed),
    (b"/var/mail/", Sort::Pathed),
    (b"/spool/cron/", Sort::Pathed),
    (b"/spool/cron/crontabs/", Sort::Pathed),
    (b"duplicate entry '", Sort::Duplicate),
    (b"authentication for '", Sort::Word),
    (b":\tuser [", Sort::Before),
    (b"audit - user ", Sort::Follows),
    (b"setuid to ", Sort::Follows),
    (b"> for ", Sort::Counted),
    (b"pam authentication for ", Sort::Follows),
    (b"smbd_audit", Sort::Audit),
    (b"local user ", Sort::Word),
    (b" ran command ", Sort::Before),
    (b"_authorizedkeys ", Sort::Follows),
    (b"userid=", Sort::Counted),
    (b"groupid=", Sort::Counted),
    (b"[login|", Sort::Follows),
    (b"for client : ", Sort::Follows),
    (b"user name [", Sort::Bracket),
    (b" (auth:", Sort::Before),
    (b" deleted user", Sort::UserBefore),
    (b" created user", Sort::UserBefore),
    (b" was locked", Sort::UserBefore),
    (b" is locked", Sort::UserBefore),
    (b" locked after", Sort::UserBefore),
    (b" locked out", Sort::UserBefore),
    (b" was disabled", Sort::UserBefore),
    (b" is disabled", Sort::UserBefore),
    (b" was denied", Sort::UserBefore),
    (b" failed to log", Sort::UserBefore),
    (b" failed to auth", Sort::UserBefore),
    (b" attempted to", Sort::UserBefore),
    (b" tried to", Sort::UserBefore),
    (b" was not found", Sort::UserBefore),
    (b" has logged", Sort::UserBefore),
    (b" successfully ", Sort::UserBefore),
    (b" executed the", Sort::UserBefore),
];

/// What must stand behind an anchor of this sort. What is frequent is looked at only where what follows may be a name.
fn after(sort: Sort) -> &'static [ByteSet] {
    match sort {
        Sort::Domain => &[CAPITAL, UPPER],
        Sort::Counted => &[LETTER],
        Sort::Tilde => &[LETTER, NAMED],
        _ => &[],
    }
}

impl Detector for Login {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![
            RuleInfo { id: "login".into(), kind: Kind::User, description: "login name where logs put it".into() },
            RuleInfo {
                id: "common-name".into(),
                kind: Kind::Name,
                description: "person in a distinguished name".into(),
            },
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(literal, sort): &(&[u8], Sort)| {
            let after = after(*sort);
            use Sort::*;
            let starts_word = matches!(
                sort,
                Follows
                    | Word
                    | Bracket
                    | For
                    | Grant
                    | Domain
                    | CommonName
                    | Attribute
                    | Slashed
                    | UidOfEntry
                    | Configured
                    | Grouped
                    | Console
                    | Worker
                    | Status
                    | Alone
                    | Slow
                    | Alias
                    | Register
                    | Duplicate
                    | Audit
                    | Noted
                    | Realm
                    | Contact
            ) && literal[0].is_ascii_alphabetic();
            let (bytes, after) = (literal.to_vec(), after.to_vec());
            Anchor::Literal(Literal { bytes, ignore_case: true, starts_word, after })
        };
        ANCHORS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, sort) = ANCHORS[hit.anchor];
        let behind = hit.at + literal.len();
        if !after(sort).iter().zip(behind..).all(|(set, at)| view.is(at, *set)) {
            return;
        }
        let begins = || !literal[0].is_ascii_alphabetic() || view.starts_word(hit.at);
        let (rule, span) = match sort {
            // `imap(jroe)<1234>`, but no `pool.imap(square, values)`
            Sort::Follows if begins() && literal.ends_with(b"(") => {
                (USER, token(view, behind).filter(|(_, end)| view.is(*end, const { ByteSet::of(b")<") })))
            }
            Sort::Follows if begins() => (USER, token(view, view.run(behind, BLANK, 8))),
            Sort::Word if begins() && matches!(literal.last(), Some(b'"' | b'\'' | b'`')) => {
                (USER, token(view, behind - 1).filter(|span| !is_told(view, literal, *span)))
            }
            // `Started by user Jane Roe`
            Sort::Word if begins() && names::is_full(names::reach(view, behind)) => {
                (USER, names::full(names::reach(view, behind)).map(|length| (behind, behind + length)))
            }
            Sort::Word if begins() => {
                (USER, token(view, behind).filter(|span| is_name(view, *span) && !is_told(view, literal, *span)))
            }
            Sort::Bracket if begins() => (USER, bracketed(view, behind)),
            Sort::For if begins() => (USER, for_whom(view, behind)),
            Sort::Quotes => (USER, in_quotes(view, hit.at, behind)),
            Sort::Before if literal == b" (auth:" && !view.is(behind, CAPITAL) => return,
            Sort::Before => (USER, before(view, hit.at)),
            Sort::UserBefore => (USER, user_before(view, hit.at)),
            Sort::Attempts => (USER, attempts(view, hit.at)),
            Sort::Becomes => {
                // `(to jdoe) jroe on pts/0`: two accounts.
                if let Some((whom, end)) = becomes(view, behind).map(|_| (behind, view.run(behind, LOGIN, 65)))
                    && !person::is_nobody(view.slice(whom, end))
                    && !person::is_system(view.slice(whom, end))
                    && !person::is_word(view.slice(whom, end))
                {
                    out.found(Found::new(whom, end, Kind::User, Confidence::Medium).rule(USER));
                }
                (USER, becomes(view, behind))
            }
            Sort::By => (USER, by(view, behind)),
            Sort::Changes => (USER, changes(view, hit.at, behind)),
            Sort::Changed => (USER, changed(view, hit.at, behind)),
            Sort::Option => (USER, option(view, hit.at, behind)),
            Sort::Slashed if begins() => (USER, slashed(view, behind)),
            Sort::UidOfEntry if begins() => (USER, uid(view, hit.at, behind)),
            Sort::Element => (NAME, element(view, behind)),
            Sort::Authorized => (USER, authorized(view, hit.at, behind)),
            Sort::Grant if begins() => (USER, grant(view, behind)),
            // Behind the number of the account.
            Sort::Audited => {
                let close = view.run(behind, DIGIT, 3);
                let is_quoted = view.starts_with(close, b"] \"") || view.starts_with(close, b"] '");
                (USER, is_quoted.then(|| token(view, close + 2)).flatten())
            }
            Sort::Resource if view.run_back(hit.at, DIGIT, 16) + 12 == hit.at => (USER, resource(view, behind)),
            Sort::Client => (USER, client(view, hit.at)),
            Sort::Configured if begins() => (USER, configured(view, behind)),
            Sort::Domain if begins() => (USER, in_domain(view, behind)),
            Sort::Quoted => (USER, quoted(view, hit.at)),
            Sort::Tilde => (USER, tilde(view, hit.at, behind)),
            Sort::CommonName if begins() => (NAME, common_name(view, behind)),
            Sort::Attribute if begins() => (NAME, attribute(view, hit.at, behind)),
            Sort::Grouped if begins() => (USER, grouped(view, behind)),
            Sort::Peer => (USER, peer(view, behind)),
            Sort::Kube => (USER, kube(view, behind)),
            Sort::First => {
                let start = view.line_start(hit.at);
                (USER, token(view, start).filter(|(_, end)| view.run(*end, BLANK, 128) == hit.at))
            }
            Sort::Console if begins() => (USER, console(view, behind)),
            Sort::Worker if begins() => (USER, worker(view, behind)),
            Sort::Sent => {
                let start = view.run_back(hit.at, LOGIN, 65);
                (USER, view.ends_with_ignoring_case(start, b" u=").then_some((start, hit.at)))
            }
            Sort::Delivered => (USER, delivered(view, hit.at)),
            Sort::Multi => {
                multi(view, hit.at, behind, out);
                return;
            }
            Sort::Status if begins() => (USER, status(view, hit.at, behind)),
            Sort::Caller => {
                // `"Jane Roe" <+49...>`
                caller(view, hit.at + if literal[0] == b'"' { 2 } else { 0 }, out);
                return;
            }
            Sort::Channel => (USER, channel(view, hit.at, behind)),
            Sort::Alone if begins() => {
                let is_line = view.run_back(hit.at, BLANK, 8) == view.line_start(hit.at);
                let ends = |end: usize| view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
                (
                    USER,
                    token(view, behind)
                        .filter(|&(from, end)| is_line && ends(end) && !is_told(view, literal, (from, end))),
                )
            }
            Sort::Slow if begins() => {
                slow(view, behind, out);
                return;
            }
            Sort::Sudoers => {
                let start = view.line_start(hit.at);
                (USER, (view.run(start, LOGIN, 65) == hit.at).then_some((start, hit.at)))
            }
            Sort::Alias if begins() => {
                let mut at = view.run(behind, const { ByteSet::of(b"\r\n=").not() }, 64) + 1;
                for _ in 0..16 {
                    let start = view.run(at, BLANK, 8);
                    let end = view.run(start, LOGIN, 65);
                    if end == start || view.before(at).is_none_or(|b| b != b'=' && b != b',') {
                        break;
                    }
                    account(view, start, end, out);
                    at = end + 1;
                }
                return;
            }
            Sort::Enriched => {
                for start in [
                    Some(behind),
                    view.starts_with(view.run(behind, LOGIN, 65), b"\" ID=\"")
                        .then_some(view.run(behind, LOGIN, 65) + 6),
                ]
                .into_iter()
                .flatten()
                {
                    account(view, start, view.run(start, LOGIN, 65), out);
                }
                return;
            }
            Sort::Mapped => {
                let end = view.run(behind, LOGIN, 65);
                let line =
                    view.slice(view.line_start(hit.at).max(hit.at.saturating_sub(128)), hit.at).to_ascii_lowercase();
                let is_user = view.at(end) == Some(b']') && memchr::memmem::find(&line, b"user [").is_some();
                (USER, is_user.then_some((behind, end)))
            }
            Sort::Cyrus => {
                let method = view.run_back(hit.at, const { WORD.or(ByteSet::of(b"+-")) }, 24);
                let end = method.saturating_sub(1);
                let start = view.run_back(end, LOGIN, 65);
                (USER, view.ends_with_ignoring_case(start, b"] ").then_some((start, end)))
            }
            Sort::Attributed if view.at(hit.at + 1).is_some_and(|b| b.eq_ignore_ascii_case(&b'u')) => {
                let is_id = |(start, end): (usize, usize)| {
                    end - start > 24
                        || view.slice(start, end).iter().filter(|b| b.is_ascii_digit()).count() * 2 > end - start
                };
                (USER, token(view, behind - 1).filter(|&span| view.at(span.1) == Some(b'"') && !is_id(span)))
            }
            Sort::Attributed => {
                let end = names::single(names::reach(view, behind)).map(|length| behind + length);
                (NAME, end.filter(|&end| view.at(end) == Some(b'"')).map(|end| (behind, end)))
            }
            Sort::Register if begins() => (USER, token(view, behind).filter(|&(_, end)| view.at(end) == Some(b':'))),
            Sort::Asked => (USER, token(view, behind - 1).filter(|&(_, end)| view.starts_with(end, b"\" \""))),
            Sort::Assigned => (USER, token(view, behind).filter(|span| !is_told(view, literal, *span))),
            Sort::Noted if begins() => (USER, token(view, behind).filter(|&(_, end)| view.at(end) == Some(b';'))),
            Sort::Realm if begins() => {
                let end = view.run(behind, LOGIN, 65);
                let realm = view.run(end + 1, const { WORD.or(ByteSet::of(b"-")) }, 65);
                let is_realm = view.at(end) == Some(b'/') && view.at(realm) == Some(b' ');
                (USER, if is_realm { Some((behind, end)) } else { token(view, view.run(behind, BLANK, 8)) })
            }
            Sort::Line => {
                let name = view.run(view.run(behind, DIGIT, 4), BLANK, 16);
                let end = view.run(name, LOGIN, 65);
                let line = view.slice(view.line_start(hit.at), hit.at);
                let is_row = line.len() < 16 && line.iter().all(|b| matches!(b, b'*' | b' ' | b'0'..=b'9'));
                let is_apart = view.ends_with_ignoring_case(name, b"  ") && view.starts_with(end, b"  ");
                (USER, (is_row && is_apart).then_some((name, end)))
            }
            Sort::Contact if begins() => {
                let start = view.run(behind, const { ByteSet::of(b"\"' ") }, 2);
                (
                    NAME,
                    names::full(names::reach(view, start)).map(|length| {
                        // `Jane Roe, +49 ...`: a comma belongs to the sentence.
                        let name = view.slice(start, start + length);
                        (start, start + memchr::memchr(b',', name).unwrap_or(length))
                    }),
                )
            }
            Sort::Revision => (USER, revision(view, hit.at)),
            Sort::Granted => {
                let start = view.run_back(hit.at, LOGIN.or(ByteSet::of(b" ")), 96);
                let text = view.slice(start, hit.at);
                let slash = memchr::memrchr(b'\\', text);
                let domain = slash.map(|n| text[..n].rsplit(|b| *b == b' ').next().unwrap_or_default());
                let is_own = domain.is_some_and(|d| {
                    ![&b"BUILTIN"[..], b"AUTHORITY", b"SERVICE", b"AUTHORITY\\SYSTEM"].contains(&d) && !d.is_empty()
                });
                let name = slash.map_or(hit.at, |n| start + n + 1);
                (USER, (is_own && !view.slice(name, hit.at).contains(&b' ')).then_some((name, hit.at)))
            }
            Sort::Host => {
                let is_line = view.run_back(hit.at, BLANK, 16) == view.line_start(hit.at);
                let end = view.run(behind, LOGIN, 65);
                let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
                let text = view.slice(behind, end);
                let is_name = LETTER.contains(*text.first().unwrap_or(&0))
                    && text.last().is_some_and(|b| WORD.contains(*b))
                    && (!common::is_common(&text.to_ascii_lowercase()) || names::is_known(text));
                (USER, (is_line && is_whole && is_name && text.len() > 2).then_some((behind, end)))
            }
            Sort::Configurer => {
                let ends =
                    |end| view.starts_with(end, b" on ") || view.at(end).is_none_or(|b| SPACE.contains(b) && b != b' ');
                (USER, token(view, behind).filter(|&(_, end)| ends(end)))
            }
            Sort::Pathed => {
                let mut end = view.run(behind, LOGIN, 65);
                while end > behind && matches!(view.before(end), Some(b'.' | b'-')) {
                    end -= 1;
                }
                let text = view.slice(behind, end);
                let is_own =
                    !matches!(text, b"crontabs" | b"tabs" | b"atjobs" | b"atspool" | b"lastrun" | b"user" | b"users");
                let is_part = view
                    .at(end)
                    .is_none_or(|b| SPACE.contains(b) || matches!(b, b'/' | b'"' | b'\'' | b'?' | b':' | b',' | b')'));
                (USER, (is_own && is_part && text.len() > 1).then_some((behind, end)))
            }
            Sort::Duplicate if begins() => {
                let end = view.run(behind, LOGIN, 65);
                let key = view.slice(end, view.line_end(end, 96)).to_ascii_lowercase();
                let has = |word: &[u8]| memchr::memmem::find(&key, word).is_some();
                let is_login =
                    key.starts_with(b"' for key '") && (has(b"login") || has(b"username") || has(b"user_name"));
                (USER, is_login.then_some((behind, end)))
            }
            Sort::Counted => {
                let end = view.run(behind, LOGIN, 65);
                let number = view.run(end + 1, DIGIT, 10);
                let is_counted = number > end + 1
                    && match view.at(end) {
                        Some(b'(') => view.at(number) == Some(b')') && literal.ends_with(b"="),
                        Some(b':') => view.ends_word(number) && literal.starts_with(b">"),
                        _ => false,
                    };
                (USER, is_counted.then_some((behind, end)))
            }
            Sort::Audit if begins() => {
                let number = view.run(behind, const { DIGIT.or(ByteSet::of(b"[]")) }, 12);
                let start = view.run(number + 1, BLANK, 4);
                let end = view.run(start, LOGIN, 65);
                let text = view.slice(start, end);
                let name = memchr::memrchr(b'\\', text).map_or(start, |slash| start + slash + 1);
                let is_field = view.at(number) == Some(b':') && start > number + 1 && view.at(end) == Some(b'|');
                (USER, is_field.then_some((name, end)))
            }
            Sort::Violated => (USER, violated(view, hit.at, behind)),
            _ => return,
        };
        let Some((start, end)) = span.filter(|(start, end)| start < end) else { return };
        let text = view.slice(start, end);
        // A letter stands for a name in examples; in quotes and columns it may be one.
        let is_letter = text.len() < 2 && !matches!(sort, Sort::Before | Sort::Quoted);
        let reason = if person::is_nobody(text) || (rule == USER && (person::is_system(text) || is_letter)) {
            Some("an account that names no person")
        } else if rule == USER && (person::is_word(text) || text == b"UID" || text.iter().all(u8::is_ascii_digit)) {
            Some("a word of a sentence")
        } else {
            handle::reason(text)
        };
        let kind = if rule == USER && names::full(text).is_none() { Kind::User } else { Kind::Name };
        match reason {
            Some(reason) => out.left(rule, start, reason),
            None => out.found(Found::new(start, end, kind, Confidence::Medium).rule(rule)),
        }
    }
}

/// The name at `at`, quoted or not, in brackets or not.
fn token(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    if let Some(quote) = Quote::at(view, at) {
        let start = quote.end(at);
        let end = view.run(start, LOGIN.or(ByteSet::of(b" ")), 65);
        let text = view.slice(start, end);
        let is_path = text.contains(&b'\\') && text.ends_with(b"\\");
        let end = if is_path { end - 1 } else { end };
        let is_closed = Quote::at(view, end).is_some() && end - start <= 64 && !text.starts_with(b" ");
        return is_closed.then_some((start, end));
    }
    let start = at + usize::from(matches!(view.at(at), Some(b'[' | b'(' | b'<')));
    // An option is no name.
    if view.at(start) == Some(b'-') {
        return None;
    }
    let mut end = view.run(start, LOGIN, 65);
    while end > start && matches!(view.before(end), Some(b'.' | b'-' | b'\\' | b'@')) {
        end -= 1;
    }
    // A path, a call or an assignment follows no name.
    let goes_on = matches!(view.at(end), Some(b'/' | b'=' | b'%' | b'{' | b'*' | b'#'))
        || (view.at(end) == Some(b'(') && !view.starts_with(end, b"(uid="));
    let is_name = view.slice(start, end).iter().any(|b| LETTER.contains(*b) || *b >= 0x80);
    (!goes_on && is_name && end - start <= 64).then_some((start, end))
}

/// Whether a word in `for user x` is a name rather than the next word of a sentence.
fn is_name(view: &View<'_>, (start, end): (usize, usize)) -> bool {
    let next = view.run(end, const { BLANK.or(ByteSet::of(b"\"']),.:;")) }, 4);
    let word = view.slice(next, view.run(next, LETTER, 12));
    let goes_on = [
        &b"from"[..],
        b"at",
        b"on",
        b"in",
        b"with",
        b"by",
        b"failed",
        b"via",
        b"logged",
        b"has",
        b"was",
        b"is",
        b"not",
        b"ok",
        b"service",
        b"succeeded",
        b"to",
        b"authenticated",
        b"connected",
        b"disconnected",
        b"denied",
        b"locked",
        b"rejected",
        b"before",
        b"after",
        b"during",
        b"account",
        b"successful",
        b"granted",
    ];
    let ends = view.at(next).is_none_or(|b| SPACE.contains(b) || DIGIT.contains(b) || b == b'(')
        || next > end + 1
        || view.at(end) != Some(b' ');
    Quote::at(view, start.saturating_sub(1)).is_some() || ends || goes_on.contains(&word)
}

/// Whether the word behind `: user ` is one that sentences go on with: `Title: User administration`, `Reason: User Requested`.
fn is_told(view: &View<'_>, literal: &[u8], (start, end): (usize, usize)) -> bool {
    let text = view.slice(start, end);
    const TOLD: [&[u8]; 21] = [
        b"login failed: ",
        b"user logged in: ",
        b"assignee was ",
        b"reporter was ",
        b": user ",
        b", user ",
        b"account \"",
        b"username \"",
        b"for username ",
        b"failed to authenticate ",
        b" uname=",
        b"user not found: ",
        b"user found: ",
        b"unknown user: ",
        b"no such user: ",
        b"invalid user: ",
        b"unknown user ",
        b"no such user ",
        b"could not find user ",
        b"cannot find user ",
        b"running as ",
    ];
    TOLD.contains(&literal)
        && (common::is_common(&text.to_ascii_lowercase()) || text.contains(&b' '))
        && !names::is_known(text)
}

/// `publickey for jroe from 192.0.2.1`, `password for invalid user jroe from ...`.
fn for_whom(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let mut method = view.run(at, const { WORD.or(ByteSet::of(b"-/")) }, 32);
    if view.starts_with(method, b" on pts/") {
        method = view.run(method + 8, DIGIT, 4);
    }
    if method == at || !view.starts_with(method, b" for ") {
        return None;
    }
    let start = method + 5;
    if view.starts_with(start, b"invalid user ") || view.starts_with(start, b"user ") {
        return None;
    }
    let (start, end) = token(view, start)?;
    view.starts_with(end, b" from ").then_some((start, end))
}

/// `login attempt: captcha not required for 'jroe' after 0 failures`.
fn in_quotes(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const ACCOUNTS: [&[u8]; 9] =
        [b"logged", b"login", b"logon", b"captcha", b"authent", b"password", b"account", b"sign-in", b"user"];
    let before = view.slice(view.line_start(at).max(at.saturating_sub(160)), at).to_ascii_lowercase();
    let tells = ACCOUNTS.iter().any(|word| memchr::memmem::find(&before, word).is_some());
    tells.then(|| token(view, behind - 1)).flatten().filter(|(start, end)| !view.slice(*start, *end).contains(&b' '))
}

/// `sudo:     jroe : TTY=pts/0`.
fn before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let start = view.run_back(end, LOGIN, 65);
    let is_delimited = view.before(start).is_none_or(|b| matches!(b, b' ' | b':' | b'\t' | b'\n' | b'"' | b'='));
    // `appattempt_1445144423722_0020_000001 (auth:SIMPLE)`: a job.
    let digits = view.slice(start, end).iter().filter(|b| b.is_ascii_digit()).count();
    (is_delimited && start < end && digits < 8).then_some((start, end))
}

/// `User jroe logged in`, `User jroe from 192.0.2.1 not allowed`.
fn user_before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    const WORDS: [&[u8]; 5] = [b"user ", b"administrator ", b"account ", b"admin ", b"username "];
    let is_user = |start: usize| {
        WORDS.iter().any(|word| view.ends_with_ignoring_case(start, word) && view.starts_word(start - word.len()))
    };
    if let Some(span) = further(view, end) {
        return Some(span);
    }
    // `User 'Jane Roe' (jroe) logged in`
    if view.before(end) == Some(b')') {
        let start = view.run_back(end - 1, LOGIN, 65);
        let line = view.slice(view.line_start(start).max(start.saturating_sub(96)), start).to_ascii_lowercase();
        let is_told = view.before(start) == Some(b'(') && memchr::memmem::find(&line, b"user").is_some();
        return is_told.then_some((start, end - 1));
    }
    let start = view.run_back(end, LOGIN, 65);
    // `ACME\jroe logged on`
    let text = view.slice(start, end);
    if let Some(slash) = text.iter().position(|&b| b == b'\\') {
        let rest = &text[slash..];
        let name = slash + rest.iter().position(|&b| b != b'\\')?;
        return (slash > 1 && !text[name..].contains(&b'\\')).then_some((start + name, end));
    }
    if is_user(start) && start < end {
        // `User creation was denied`, `user table is locked`
        let is_thing = common::is_common(&text.to_ascii_lowercase()) && !names::is_known(text);
        return (!is_thing).then_some((start, end));
    }
    if let Some(from) = start.checked_sub(6).filter(|_| view.ends_with_ignoring_case(start, b" from ")) {
        let start = view.run_back(from, LOGIN, 65);
        return (is_user(start) && start < from).then_some((start, from));
    }
    // `<pptp-jroe>: jroe logged in, 10.8.1.4` of a router
    let is_alone = view.ends_with_ignoring_case(start, b": ") && view.starts_with_ignoring_case(end, b" logged ");
    let is_name = is_alone && start < end && !text.contains(&b'\\') && !common::is_common(&text.to_ascii_lowercase());
    (is_name && text.len() > 2).then_some((start, end))
}

/// `User jroe in domain default authenticated`, `User jane.roe (id=5) locked`: a few words before, if the name is none of them.
fn further(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    const REACH: usize = 40;
    const BETWEEN: ByteSet = LOGIN.or(ByteSet::of(b" (=:)"));
    let from = view.run_back(end, BETWEEN, REACH);
    let text = view.slice(from, end).to_ascii_lowercase();
    let start = from + memchr::memmem::rfind(&text, b"user ")? + 5;
    let name_end = view.run(start, LOGIN, 65);
    let next = view.run(name_end, BLANK, 1);
    let goes_on = [&b"in domain "[..], b"in realm ", b"(id", b"(uid", b"with id ", b"of realm "];
    let is_told = view.starts_word(start - 5) && goes_on.iter().any(|word| view.starts_with(next, word));
    (is_told && start < name_end).then_some((start, name_end))
}

/// `on '/dev/tty1' FOR 'jroe'`, `tty1 BY jroe`, `tty1 FROM host`: the name at the end of what `login` says.
fn console(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let line = view.slice(behind, view.line_end(behind, 96));
    let by = [&b" FOR "[..], b" BY ", b" by "]
        .into_iter()
        .find_map(|by| Some(memchr::memmem::find(line, by)? + by.len()))?;
    token(view, behind + by)
}

/// `r4411 | jroe | 2024-05-06 07:29:00 +0200 (...)`, before the number of lines.
fn revision(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let line = view.line_start(at);
    let number = view.run(line + 1, DIGIT, 9);
    let start = number + 3;
    let end = view.run(start, LOGIN, 65);
    let is_log = view.at(line) == Some(b'r') && view.starts_with(number, b" | ") && view.starts_with(end, b" | ");
    (is_log && end < at && view.is(end + 3, DIGIT)).then_some((start, end))
}

/// `jroe,192.0.2.7`, `jroe)`: the name of whom a worker of Dovecot asks about.
fn worker(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let end = view.run(behind, LOGIN, 65);
    let is_host = view.at(end) == Some(b',') && view.is(end + 1, const { DIGIT.or(ByteSet::of(b"abcdefABCDEF:")) });
    // `pam(jroe): ` without an address, and no call.
    let is_alone = view.starts_with(end, b"): ") && end > behind;
    (is_host || is_alone).then_some((behind, end))
}

/// `-> jroe <jane@...>`, before `> R=`.
fn delivered(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let open = view.run_back(at, const { LOGIN.or(ByteSet::of(b"=/")) }, 128).checked_sub(2)?;
    let start = view.run_back(open, LOGIN, 65);
    let is_delivery =
        [&b"-> "[..], b"=> ", b"** ", b"== "].iter().any(|sign| view.ends_with_ignoring_case(start, sign));
    (view.starts_with(open, b" <") && is_delivery && start < open).then_some((start, open))
}

/// `jroe/203.0.113.7:50112` that ends at `end`: the name.
fn peer_before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let port = view.run_back(end, DIGIT, 5);
    let colon = port.checked_sub(1).filter(|&colon| port < end && view.at(colon) == Some(b':'))?;
    client(view, colon)
}

/// What OpenVPN says of a client: its name before the address, in brackets, and behind an arrow.
fn multi(view: &View<'_>, at: usize, behind: usize, out: &mut Candidates<'_>) {
    let before = peer_before(view, at);
    let after = match view.before(behind) {
        Some(b'[') => {
            let end = view.run(behind, LOGIN, 65);
            (view.at(end) == Some(b']')).then_some((behind, end))
        }
        _ => {
            let line = view.slice(behind, view.line_end(behind, 128));
            memchr::memmem::find(line, b" -> ").and_then(|arrow| {
                let start = behind + arrow + 4;
                let end = view.run(start, LOGIN, 65);
                (view.at(end) == Some(b'/') && view.is(end + 1, const { DIGIT.or(ByteSet::of(b"[")) }))
                    .then_some((start, end))
            })
        }
    };
    for (start, end) in before.into_iter().chain(after) {
        account(view, start, end, out);
    }
}

/// Names the account at `start..end`, unless it is nobody's.
fn account(view: &View<'_>, start: usize, end: usize, out: &mut Candidates<'_>) {
    let text = view.slice(start, end);
    let is_name = text.iter().any(|b| LETTER.contains(*b) || *b >= 0x80);
    if start >= end || !is_name || person::is_nobody(text) || person::is_system(text) || handle::reason(text).is_some()
    {
        return out.left(USER, start, "an account that names no person");
    }
    out.found(Found::new(start, end, Kind::User, Confidence::Medium).rule(USER));
}

/// `CLIENT_LIST,jroe,`, `ROUTING_TABLE,10.8.0.6,jroe,`, with commas or tabs.
fn status(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    if view.before(at).is_some_and(|b| b != b'\n') {
        return None;
    }
    let is_route = view.at(at).is_some_and(|b| b.eq_ignore_ascii_case(&b'R'));
    let start = if is_route { view.run(behind, const { DIGIT.or(ByteSet::of(b".:abcdef/")) }, 48) + 1 } else { behind };
    let end = view.run(start, LOGIN, 65);
    (view.before(start) == Some(b',') && view.at(end) == Some(b',')).then_some((start, end))
}

/// The name before the address of a telephone: `"Jane Roe" <sip:`, `Jane Roe <sip:`, `"jroe" <sip:`.
fn caller(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let before = view.run_back(at, const { ByteSet::of(b" ") }, 2);
    if view.before(before) == Some(b'"') {
        let close = before - 1;
        let close = if view.before(close) == Some(b'\\') { close - 1 } else { close };
        let start = view.run_back(close, const { LETTER.or(HIGH).or(DIGIT).or(ByteSet::of(b" .,'_-")) }, 64);
        let text = view.slice(start, close);
        if view.before(start) != Some(b'"') || names::has_other_word(text) {
            return out.left(NAME, at, "nobody's name");
        }
        if names::full(text).is_some() {
            return out.found(Found::new(start, close, Kind::Name, Confidence::Medium).rule(NAME));
        }
        if !text.contains(&b' ') {
            account(view, start, close, out);
        }
        return;
    }
    let from = names::reach_back(view, before);
    if let Some(name) = names::ending(view.slice(from, before)) {
        out.found(Found::new(from + name, before, Kind::Name, Confidence::Medium).rule(NAME));
    }
}

/// `SIP/jroe-0000003b`, `PJSIP/jroe-0000003b`: a name, and the number of a channel.
fn channel(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const NAME: ByteSet = WORD.or(ByteSet::of(b"."));
    let is_channel = view.starts_word(at) || view.ends_with_ignoring_case(at, b"pj");
    let end = view.run(behind, NAME, 65);
    let number = view.run(end + 1, const { DIGIT.or(ByteSet::of(b"abcdef")) }, 9);
    (is_channel && view.at(end) == Some(b'-') && number == end + 9 && view.ends_word(number)).then_some((behind, end))
}

/// `jroe[jroe] @ host [192.0.2.7]`: both names.
fn slow(view: &View<'_>, behind: usize, out: &mut Candidates<'_>) {
    let first = view.run(behind, LOGIN, 65);
    let second = view.run(first + 1, LOGIN, 65);
    if view.at(first) == Some(b'[') && view.starts_with(second, b"] @") {
        account(view, behind, first, out);
        account(view, first + 1, second, out);
    }
}

/// `(username)=(jroe)`: the column before, the value behind.
fn violated(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const COLUMNS: [&[u8]; 12] = [
        b"username",
        b"user_name",
        b"login",
        b"login_name",
        b"userid",
        b"lower_user_name",
        b"user_login",
        b"account_name",
        b"lower_username",
        b"uid",
        b"owner",
        b"nickname",
    ];
    let column = view.run_back(at, const { WORD.or(ByteSet::of(b"()")) }, 48);
    let words = view.slice(column, at).to_ascii_lowercase();
    let word = words.strip_suffix(b"::text)").unwrap_or(&words);
    let last = word.rsplit(|b| matches!(b, b'(' | b')')).next().unwrap_or_default();
    let end = view.run(behind, LOGIN, 65);
    (COLUMNS.contains(&last) && view.at(end) == Some(b')')).then_some((behind, end))
}

/// `jroe : 3 incorrect password attempts`.
fn attempts(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let digits = view.run_back(at.checked_sub(1)?, DIGIT, 4);
    view.ends_with_ignoring_case(digits, b" : ").then(|| before(view, digits - 3)).flatten()
}

/// `(to root) jroe on pts/0`.
fn becomes(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let close = view.run(at, LOGIN, 65);
    let start = close + 2;
    let end = view.run(start, LOGIN, 65);
    (view.starts_with(close, b") ") && view.starts_with(end, b" on ")).then_some((start, end))
}

/// `Successful su for root by jroe`.
fn by(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.run(at, LOGIN, 65);
    view.starts_with(end, b" by ").then(|| token(view, end + 4)).flatten()
}

/// `su: jroe to root on /dev/pts/0`, `su: + /dev/pts/1 jroe:root`.
fn changes(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    if view.at(at) == Some(b'/') {
        let start = view.run(behind, DIGIT, 4) + 1;
        let end = view.run(start, LOGIN, 65);
        let is_change = view.back(at, 2).is_some_and(|b| matches!(b, b'+' | b'-')) && view.at(start - 1) == Some(b' ');
        return (is_change && view.at(end) == Some(b':')).then_some((start, end));
    }
    let end = view.run(behind, LOGIN, 65);
    let whom = view.run(end + 4, LOGIN, 65);
    let is_change = view.starts_word(at) && view.starts_with(end, b" to ") && view.starts_with(whom, b" on ");
    is_change.then_some((behind, end))
}

/// `Authorized to jroe, krb5 principal ...` of sshd.
fn authorized(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let (start, end) = token(view, behind)?;
    let ends = view.at(end).is_none_or(|b| matches!(b, b',' | b'\n' | b'\r' | b'"'));
    (ends && view.at(at) == Some(b'A')).then_some((start, end))
}

/// `last changed by jroe at 03:32:48`, `assigned by jroe on 2024-05-01`: a verb before, and a time behind.
fn changed(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const VERBS: [&[u8]; 38] = [
        b"chang",
        b"modifi",
        b"creat",
        b"updat",
        b"delet",
        b"approv",
        b"edit",
        b"report",
        b"request",
        b"submitt",
        b"resolv",
        b"clos",
        b"assign",
        b"reopen",
        b"upload",
        b"publish",
        b"cancel",
        b"cancell",
        b"reject",
        b"acknowledg",
        b"revok",
        b"lock",
        b"unlock",
        b"comment",
        b"open",
        b"handl",
        b"escalat",
        b"review",
        b"complet",
        b"record",
        b"perform",
        b"execut",
        b"prepar",
        b"triag",
        b"verifi",
        b"rais",
        b"contact",
        b"trigger",
    ];
    let verb = view.slice(view.run_back(at, LETTER, 16), at).to_ascii_lowercase();
    // `created by Jane Roe (jroe)`, `submitted by Jane Roe`
    if VERBS.contains(&&verb[..])
        && let Some(length) = names::full(names::reach(view, behind))
    {
        let end = behind + length;
        let next = view.run(end, BLANK, 2);
        let ends =
            view.at(next).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'(' | b'<' | b'.' | b',' | b';' | b'"' | b'\''));
        // `opened by Jane Roe on 2024-05-01`
        let is_dated = [&b" on "[..], b" at "].iter().any(|w| view.starts_with(end, w)) && view.is(end + 4, DIGIT);
        let is_told = is_dated && !names::is_of_words(view.slice(behind, end));
        let is_name = ends || is_told || names::is_known(view.slice(behind, end));
        return (is_name && !view.is(end, const { WORD.or(ByteSet::of(b"=:/")) })).then_some((behind, end));
    }
    let (start, end) = token(view, behind).filter(|_| VERBS.contains(&&verb[..]))?;
    let time = view.starts_with(end, b" at ") || view.starts_with(end, b" on ");
    (time && view.is(end + 4, DIGIT) && view.is(start, LETTER)).then_some((start, end))
}

/// `psql -h db -U jroe`: behind a program whose option this is.
fn option(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const WITH_U: [&[u8]; 14] = [
        b"psql",
        b"pg_dump",
        b"pg_dumpall",
        b"pg_restore",
        b"pg_basebackup",
        b"createdb",
        b"dropdb",
        b"createuser",
        b"vacuumdb",
        b"mysql",
        b"mysqldump",
        b"mysqladmin",
        b"sqlcmd",
        b"mongosh",
    ];
    const WITH_L: [&[u8]; 4] = [b"ssh", b"rlogin", b"slogin", b"sftp"];
    let is_l = view.at(at + 2).is_some_and(|b| b.eq_ignore_ascii_case(&b'l'));
    let programs: &[&[u8]] = if is_l { &WITH_L } else { &WITH_U };
    let line = view.slice(view.line_start(at).max(at.saturating_sub(160)), at);
    let mut words = line.split(|b| !(WORD.contains(*b) || *b == b'-')).rev();
    let is_program = words.any(|word| programs.contains(&word));
    is_program.then(|| token(view, behind)).flatten()
}

/// `CORP\jroe`, also with the backslash of JSON: a login name that is no directory.
fn slashed(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let start = view.run(behind, const { ByteSet::of(b"\\") }, 3);
    let end = view.run(start, const { WORD.or(HIGH).or(ByteSet::of(b".-$")) }, 65);
    let end = if view.before(end) == Some(b'.') { end - 1 } else { end };
    let text = view.slice(start, end);
    let is_name = text.len() >= 3 && LETTER.contains(text[0]) && !matches!(view.at(end), Some(b'\\' | b'/' | b'('));
    is_name.then_some((start, end))
}

/// `uid: jroe` of LDIF: the attribute of an entry, to the end of its line.
fn uid(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let is_line = view.before(at).is_none_or(|b| b == b'\n');
    let (start, end) = token(view, behind)?;
    let text = view.slice(start, end);
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let is_login = text.len() <= 24 && digits * 2 <= text.len() && LETTER.contains(text[0]);
    let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    (is_line && is_whole && is_login).then_some((start, end))
}

/// `"cn": ["Jane Roe"]`, `name="cn">Jane Roe<`: a full name and nothing else.
fn element(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let start = view.run(behind, const { ByteSet::of(b" [\"\\") }, 8);
    let end = start + names::full(names::reach(view, start))?;
    matches!(view.at(end), Some(b'<' | b'"' | b'\\')).then_some((start, end))
}

/// `GRANT SELECT ON t TO jroe`.
fn grant(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let line = view.slice(at, view.run(at, const { ByteSet::of(b"\r\n;").not() }, 160));
    let to = line.windows(4).position(|w| w.eq_ignore_ascii_case(b" to "))?;
    // A statement of SQL names what is granted on what, or ends with its mark; sentences are in small letters.
    let upper = line[..to].to_ascii_uppercase();
    let is_sentence = at >= 6
        && view.starts_with(at - 6, b"grant ")
        && memchr::memmem::find(&upper, b" ON ").is_none()
        && !matches!(view.at(at + line.len()), Some(b';'));
    if is_sentence {
        return None;
    }
    token(view, at + to + 4).filter(|_| view.at(at + to + 4) != Some(b'\''))
}

/// `support/jroe`: the last part of the path of a resource.
fn resource(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const PATH: ByteSet = WORD.or(HIGH).or(ByteSet::of(b"+=,.@-/"));
    let mut end = view.run(at, PATH, 192);
    while end > at && matches!(view.before(end), Some(b'.' | b',')) {
        end -= 1;
    }
    let path = view.slice(at, end);
    Some((at + memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1), end))
}

/// `jroe/203.0.113.7` before its port.
fn client(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let slash = view.run_back(at, const { DIGIT.or(ByteSet::of(b".:[]abcdefABCDEF")) }, 42).checked_sub(1)?;
    let start = view.run_back(slash, LOGIN, 65);
    let begins = view.before(start).is_none_or(|b| SPACE.contains(b));
    (view.at(slash) == Some(b'/') && begins && start < slash).then_some((start, slash))
}

/// `jroe privilege 15`, `jroe password x`: a name, and what else is set of its account.
fn configured(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const SET: [&[u8]; 11] = [
        b"privilege",
        b"password",
        b"secret",
        b"role",
        b"nopassword",
        b"algorithm",
        b"account",
        b"class",
        b"uid",
        b"full",
        b"authentication",
    ];
    let end = view.run(at, LOGIN, 65);
    let next = view.run(end, BLANK, 4);
    let word = view.slice(next, view.run(next, LETTER, 12));
    (next > end && SET.contains(&word)).then_some((at, end))
}

/// `user ACME\jroe`, `Client: jroe @ ACME.EXAMPLE`.
fn in_domain(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const DOMAIN: ByteSet = WORD.or(ByteSet::of(b".-"));
    let domain = view.run(at, DOMAIN, 32);
    let start = view.run(domain, const { ByteSet::of(b"\\") }, 4);
    let end = view.run(start, const { WORD.or(HIGH).or(ByteSet::of(b".-$")) }, 65);
    (start > domain).then_some((start, end))
}

/// `[~jroe]`, `/display/~jroe/Home`.
fn tilde(view: &View<'_>, at: usize, start: usize) -> Option<(usize, usize)> {
    let mut end = view.run(start, NAMED, 65);
    if view.at(at) == Some(b'[') {
        return (view.at(end) == Some(b']')).then_some((start, end));
    }
    while end > start && matches!(view.before(end), Some(b'.' | b'-')) {
        end -= 1;
    }
    let ends = view.at(end).is_none_or(|b| !matches!(b, b'~' | b'(' | b'[' | b'{' | b'$' | b'*'));
    (ends && !view.slice(start, end).contains(&b'~')).then_some((start, end))
}

/// `<jroe>`, `[jroe]`, `(jroe)`.
fn bracketed(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    // `user [ jroe ]`
    let is_wide = view.before(start) == Some(b'[') && view.at(start) == Some(b' ');
    let start = start + usize::from(is_wide);
    let end = view.run(start, LOGIN, 65);
    if is_wide {
        return (view.starts_with(end, b" ]") && view.is(start, LETTER)).then_some((start, end));
    }
    // `[ACME]\[jroe]` of Samba
    if view.starts_with(end, b"]\\[") {
        return bracketed(view, end + 3);
    }
    let is_closed = match view.before(start) {
        Some(b'<') => view.at(end) == Some(b'>'),
        Some(b'[') => view.at(end) == Some(b']'),
        _ => view.at(end) == Some(b')'),
    };
    let has_letter = view.slice(start, end).iter().any(|b| LETTER.contains(*b));
    (is_closed && has_letter && !(view.before(start) == Some(b'(') && view.at(end + 1) == Some(b'{')))
        .then_some((start, end))
}

/// `add 'jroe' to group 'wheel'`, `delete 'jroe' from shadow group 'wheel'`.
fn grouped(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let (start, end) = token(view, behind - 1)?;
    let is_group = [&b"' to group"[..], b"' to shadow group", b"' from group", b"' from shadow group"];
    is_group.iter().any(|group| view.starts_with(end, group)).then_some((start, end))
}

/// `198.51.100.7[jroe]`.
fn peer(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let open = view.run(at, const { DIGIT.or(ByteSet::of(b".:abcdefABCDEF")) }, 42);
    let end = view.run(open + 1, LOGIN, 65);
    let is_number = || view.slice(open + 1, end).iter().all(|b| DIGIT.contains(*b) || *b == b'.');
    (open > at && view.at(open) == Some(b'[') && view.at(end) == Some(b']') && !is_number()).then_some((open + 1, end))
}

/// The user of a kubeconfig: the name, `user:` below it, and below that what opens the door.
fn kube(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const DOORS: [&[u8]; 7] = [b"client-", b"token", b"exec:", b"auth-provider", b"username", b"password", b"as:"];
    const OTHERS: [&[u8]; 7] =
        [b"basic", b"oidc", b"minikube", b"kubernetes-admin", b"cluster-admin", b"docker-desktop", b"rancher-desktop"];
    let (start, end) = token(view, at).filter(|(start, end)| !OTHERS.contains(&view.slice(*start, *end)))?;
    let line = view.run(end, const { ByteSet::of(b"\r") }, 1);
    let key = view.run(line + 1, BLANK, 16);
    let below = view.run(key + 5, const { ByteSet::of(b"\r\n") }, 2);
    let door = view.run(below, BLANK, 24);
    let is_user = view.at(line) == Some(b'\n') && view.starts_with(key, b"user:") && below > key + 5;
    (is_user && DOORS.iter().any(|word| view.starts_with(door, word))).then_some((start, end))
}

/// `sn: Roe`, `cn: Jane Roe` of LDIF: the attribute of an entry.
fn attribute(view: &View<'_>, at: usize, start: usize) -> Option<(usize, usize)> {
    let is_line = view.before(at).is_none_or(|b| b == b'\n' || b == b'#');
    let end = start + names::single(names::reach(view, start))?;
    let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    let is_surname = view.at(at).is_some_and(|b| b.eq_ignore_ascii_case(&b's'));
    let is_name = is_surname || names::full(view.slice(start, end)).is_some();
    (is_line && is_whole && is_name).then_some((start, end))
}

/// `'jroe'@'192.0.2.1'`.
fn quoted(view: &View<'_>, quote: usize) -> Option<(usize, usize)> {
    let start = view.run_back(quote, LOGIN, 65);
    (start < quote && view.before(start) == Some(b'\'')).then_some((start, quote))
}

/// `CN=Roe\, Jane,OU=People`: a person where units or components of a domain follow; hosts and groups stay.
fn common_name(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    // `ATTENDEE;CN="Jane Roe";ROLE=`
    if view.at(start) == Some(b'"') {
        let end = start + 1 + names::full(names::reach(view, start + 1))?;
        return (view.at(end) == Some(b'"')).then_some((start + 1, end));
    }
    const GROUPS: [&[u8]; 15] = [
        b"users",
        b"accounts",
        b"compat",
        b"people",
        b"computers",
        b"builtin",
        b"configuration",
        b"schema",
        b"services",
        b"sites",
        b"system",
        b"groups",
        b"policies",
        b"microsoft",
        b"program data",
    ];
    let mut end = start;
    loop {
        end = view.run(end, const { ByteSet::of(b",;+\"'\\\r\n<>=/").not() }, 96);
        match view.at(end) {
            Some(b'\\') if view.is(end + 1, const { ByteSet::of(b",+\"\\<>;=") }) => end += 2,
            Some(b',') => break,
            // A full name shows by itself: `/CN=Jane Roe/emailAddress=`, `CN=Jane Roe:mailto:`.
            _ => {
                let name = start + names::full(names::reach(view, start))?;
                return view
                    .at(name)
                    .is_none_or(|b| matches!(b, b'/' | b'"' | b'\'' | b':' | b'\n' | b'\r' | b';' | b'<' | b')'))
                    .then_some((start, name));
            }
        }
        if end - start > 96 {
            return None;
        }
    }
    if names::full(names::reach(view, start)) == Some(end - start) {
        return Some((start, end));
    }
    let next = view.run(end + 1, BLANK, 2);
    let is_directory =
        [&b"ou="[..], b"dc=", b"cn=", b"emailaddress="].iter().any(|rdn| view.starts_with_ignoring_case(next, rdn));
    let text = view.slice(start, end);
    let lower = text.to_ascii_lowercase();
    let words = [
        &b"admins"[..],
        b"users",
        b"group",
        b"server",
        b"service",
        b"domain",
        b"computer",
        b"policy",
        b" ca",
        b"operators",
    ];
    let is_group = GROUPS.contains(&&lower[..])
        || words.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
        || text.iter().filter(|b| **b == b'.').count() > 1
        || text.contains(&b'*')
        || text.contains(&b'$');
    (is_directory && !is_group && text.iter().any(|b| LETTER.contains(*b) || *b >= 0x80)).then_some((start, end))
}
