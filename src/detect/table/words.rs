//! Names of columns, beside the keys of the rule set: data.
//!
//! They are written in lower case without what separates their words, so that `EMAIL_ADDRESS`, `emailAddress` and
//! `E-mail address` are one.

use crate::kind::Kind;

/// Names by what the cells hold, and whether they mean nothing else. `None`: the cells stay, or go by themselves.
pub const WORDS: &[(Option<Kind>, bool, &str)] = &[
    (
        Some(Kind::User),
        true,
        "username lowerusername usename loginame rolname login loginname loginid logonname userlogin useraccount accountname samaccountname upn \
         userprincipalname userkey lowerchildname csusername remoteuser networkuser windowsuser dbuser osuser screenname \
         benutzername benutzerkennung anmeldename benutzer utilisateur nomutilisateur nomdutilisateur identifiant usuario \
         nombredeusuario nombreusuario nomedeusuário nomedeusuario nomeusuario utente nomeutente gebruikersnaam \
         ユーザー名 ユーザ名 ユーザーid ユーザid ログイン ログイン名 ログインid アカウント名",
    ),
    (
        Some(Kind::User),
        false,
        "user author updateauthor authorkey reporter assignee creator owner lead createdby updatedby modifiedby \
         lastmodifiedby lastmodifier deletedby changedby requestedby assignedto approvedby submittedby closedby openedby \
         caller callerid resolvedby raisedby reportedby openedfor requestedfor handledby supportagent technician melder \
         watcher watchers voter actor actorname actorkey approver submitter requester participant participants principal \
         sourcename userid_name autor ersteller bearbeiter melder zugewiesenerbenutzer verfasser rapporteur responsable \
         créateur informador relator responsável 報告者 担当者 作成者 更新者 登録者",
    ),
    (
        Some(Kind::Name),
        true,
        "displayname lowerdisplayname firstname lowerfirstname lastname lowerlastname fullname surname middlename givenname \
         familyname realname maidenname fname lname mname legalname personname customername clientname contactname \
         contactperson employeename patientname authorname ownername reportername assigneename creatorname managername \
         requestername cardholder cardholdername accountholder vorname nachname familienname anzeigename vollständigername \
         contactfirstname contactlastname customerfirstname customerlastname billingname shippingname recipientname \
         voornaam achternaam cognome imię nazwisko förnamn efternamn fornavn etternavn imieinazwisko adsoyad jméno příjmení \
         имя фамилия отчество фио 이름 성명 contactfullname \
         vollstaendigername kundenname ansprechpartner prénom prenom nomdefamille nomcomplet nomaffiché nombrecompleto \
         apellido apellidos primernombre primerapellido segundoapellido nombreyapellidos sobrenome apelido nomecompleto \
         primeironome últimonome 氏名 名前 姓名 お名前 姓 名 氏 フリガナ ふりがな 表示名 苗字 名字 担当者名",
    ),
    (
        Some(Kind::Name),
        false,
        "company companyname organisation organization organisationname organizationname employer firma firmenname \
         unternehmen société societe entreprise raisonsociale empresa compañía razónsocial razaosocial companhia 会社 会社名 \
         企業名 勤務先 customer contact patient employee manager nom nombre nome",
    ),
    (
        Some(Kind::Email),
        true,
        "email emailaddress loweremailaddress emailaddr mail mailaddress mailaddr useremail emailid contactemail workemail \
         privateemail primaryemail secondaryemail mailfrom replyto mailadresse emailadresse courriel adressemail adresseemail \
         adresseélectronique adressedecourriel correo correoelectrónico correoelectronico direccióndecorreo emailcorporativo \
         endereçodeemail enderecodeemail correioeletrônico メール メールアドレス 電子メール eメール",
    ),
    (
        Some(Kind::Phone),
        true,
        "phone phonenumber phoneno telephone telephonenumber tel telno mobile mobilephone mobilenumber mobileno cellphone cell \
         contactphone customerphone accountphone otherphone assistantphone primaryphone secondaryphone shippingphone \
         billingphone clientphone userphone personalphone phonework phonehome phonemobile tel1 tel2 cellulare telefoonnummer \
         mobielnummer numertelefonu telefonszám telefonkomórkowy сотовый телефон 전화번호 휴대폰 手机 手机号 手机号码 电话 \
         cellnumber fax faxnumber workphone homephone businessphone officephone contactnumber msisdn telefon telefonnummer \
         telefonnr handy handynummer mobil mobilnummer mobiltelefon rufnummer téléphone telephoneportable téléphoneportable \
         numérodetéléphone portable teléfono telefono móvil movil celular númerodeteléfono telefone telemóvel \
         númerodetelefone 電話 電話番号 携帯 携帯電話 携帯番号 tel番号 ファックス",
    ),
    (
        Some(Kind::PostalAddress),
        true,
        "street streetaddress streetname addressline addressline1 addressline2 address1 address2 addr1 addr2 postaladdress \
         mailingstreet mailingcity mailingpostalcode mailingzip billingstreet billingcity billingpostalcode billingzip \
         shippingstreet shippingcity shippingpostalcode shippingzip homestreet homecity otherstreet othercity \
         mailingaddress homeaddress billingaddress shippingaddress deliveryaddress city town postalcode zip zipcode postcode \
         straße strasse hausnummer postleitzahl plz ort stadt wohnort anschrift rue ville codepostal adressepostale calle \
         ciudad localidad códigopostal codigopostal dirección direccion domicilio rua cidade endereço endereco cep \
         logradouro bairro 住所 郵便番号 市区町村 番地 都市",
    ),
    (Some(Kind::PostalAddress), false, "address adresse"),
    (
        Some(Kind::BirthDate),
        true,
        "dob birthdate birthday dateofbirth born geburtsdatum geburtstag datedenaissance datenaissance fechadenacimiento \
         fechanacimiento datadenascimento datanascimento nascimento 生年月日 誕生日",
    ),
    (
        Some(Kind::NationalId),
        true,
        "ssn socialsecuritynumber nationalid nationalidnumber taxid taxnumber passport passportno passportnumber \
         drivinglicence driverslicense steuernummer steuerid sozialversicherungsnummer ausweisnummer personalausweisnummer \
         numérodesécuritésociale nir dni nie nif cif curp rfc cpf cnpj rg マイナンバー",
    ),
    (Some(Kind::Iban), true, "iban bankaccount bankaccountnumber kontonummer numerodecuenta ibannumber 口座番号"),
    (
        Some(Kind::Card),
        true,
        "cardnumber creditcard creditcardnumber ccnumber pan kreditkartennummer numérodecarte tarjeta",
    ),
    (
        Some(Kind::Password),
        true,
        "password passwd pwd passwordhash passwdhash hashedpassword encryptedpassword credential credentials passphrase \
         lowercredential mailpassword passwort kennwort motdepasse contraseña contrasena clave senha パスワード 暗証番号",
    ),
    (Some(Kind::Password), false, "hash salt"),
    (
        Some(Kind::Token),
        true,
        "token accesstoken refreshtoken apitoken apikey authtoken rememberme remembermetoken jwt tokenvalue",
    ),
    (
        Some(Kind::Secret),
        true,
        "secret clientsecret sharedsecret consumersecret tokensecret secretkey encryptionkey signingkey securitystamp",
    ),
    (Some(Kind::PrivateKey), true, "privatekey privkey"),
    (Some(Kind::Session), true, "session sessionid jsessionid sessiontoken sessionkey cssessionid"),
    (Some(Kind::License), true, "license licence licensekey licencekey"),
    (
        None,
        false,
        "ip ipaddress ipaddr clientip remoteaddr remoteip sourceip destip hostip cip sip remoteaddress clientaddress realaddress virtualaddress host \
         hostname domain ipadresse adresseip direcciónip endereçoip ipアドレス",
    ),
];

/// What columns mean, by their names.
pub type Meanings = &'static [(&'static str, Kind)];

/// Columns that mean a person or a secret in tables of these names only.
pub const SUBJECTS: &[(&[&str], Meanings)] = &[
    (
        &[
            "cwduser",
            "appuser",
            "users",
            "user",
            "usermapping",
            "externalentities",
            "osuser",
            "userbase",
            "internaluser",
            "applicationuser",
            "confluenceuserimpl",
            "defaulthibernateuser",
            "hibernateuser",
        ],
        &[
            ("name", Kind::User),
            ("lowername", Kind::User),
            ("username", Kind::User),
            ("lowerusername", Kind::User),
            ("userkey", Kind::User),
            ("hash", Kind::Password),
        ],
    ),
    (&["ospropertyentry", "ospropertystring", "ospropertytext"], &[]),
    (
        &["cwdmembership", "membershipbase", "membership"],
        &[("childname", Kind::User), ("lowerchildname", Kind::User), ("username", Kind::User)],
    ),
    (
        &["mailserver"],
        &[
            ("mailusername", Kind::User),
            ("mailpassword", Kind::Password),
            ("mailfrom", Kind::Email),
            ("from", Kind::Email),
        ],
    ),
    (&["remembermetoken", "remembermetokens"], &[("username", Kind::User), ("token", Kind::Token)]),
    (
        &["oauthconsumer", "oauthconsumertoken", "oauthsptoken", "oauthspconsumer"],
        &[
            ("privatekey", Kind::PrivateKey),
            ("sharedsecret", Kind::Secret),
            ("tokensecret", Kind::Secret),
            ("token", Kind::Token),
            ("username", Kind::User),
        ],
    ),
    (&["userassociation"], &[("sourcename", Kind::User)]),
    (&["directoryattribute"], &[]),
    (&["userattribute"], &[]),
    (&["changeitem"], &[]),
    (&["productlicense"], &[("license", Kind::License)]),
];

/// Columns that hold keys and the values that belong to them, if a table has both.
pub struct Pairs {
    /// Columns of keys.
    pub keys: &'static [&'static str],
    /// Columns of values.
    pub values: &'static [&'static str],
    /// Columns of values as people read them.
    pub labels: &'static [&'static str],
}

/// The columns of tables whose rows are pairs.
pub const PAIRS: &[Pairs] = &[
    Pairs { keys: &["field"], values: &["oldvalue", "newvalue"], labels: &["oldstring", "newstring"] },
    Pairs {
        keys: &[
            "attributename",
            "propertykey",
            "propertyname",
            "settingname",
            "settingkey",
            "configkey",
            "configname",
            "paramname",
            "parametername",
            "optionname",
            "entitykey",
            "variablename",
            "key",
            "name",
            "setting",
            "property",
        ],
        values: &[
            "attributevalue",
            "lowerattributevalue",
            "propertyvalue",
            "settingvalue",
            "configvalue",
            "paramvalue",
            "parametervalue",
            "optionvalue",
            "stringval",
            "textval",
            "stringvalue",
            "textvalue",
            "value",
            "val",
        ],
        labels: &[],
    },
];
