//! Who may see what of a ledger that several share: roles of the database, each admitted to some customers.

use super::codes::Op;
use super::{Error, Ledger, audit};

impl Ledger {
    /// Lets a role of the database see and record what is a customer's, and nothing else. Only who owns the tables may say
    /// so. The role deletes nothing, reads no entry of the audit log, and issues no certificate.
    pub fn admit_role(&self, role: &str, customer: &str) -> Result<(), Error> {
        self.admission(role, Some(customer), Op::RoleAdmitted)
    }

    /// Takes back everything that a role was admitted to.
    pub fn dismiss_role(&self, role: &str) -> Result<(), Error> {
        self.admission(role, None, Op::RoleDismissed)
    }

    fn admission(&self, role: &str, customer: Option<&str>, op: Op) -> Result<(), Error> {
        let customer = customer.map(|name| self.customer_hash(name));
        self.write(|tx| {
            if tx.store.is_restricted()? {
                return Err(Error::NotAdmitted);
            }
            tx.store.admit(role, customer.as_deref())?;
            // Names of operators stand in no entry.
            let mut fields = vec![("role", audit::hex(&tx.seals.lookup("role", role.as_bytes())[..16]).into())];
            fields.extend(customer.map(|customer| ("customer", customer.into())));
            tx.log(op, fields)
        })
    }
}
