//! Providers of mailboxes for everybody, and the names of functions that mailboxes have.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Providers whose mailboxes are a person's own, by domain.
///
/// A domain on this list is right as it is: it gets no suggestion and is never disposable.
const FREE_MAIL: &str = "\
    126.com 139.com 163.com 1und1.de 21cn.com 263.net abv.bg aim.com alice.it alice-dsl.net aliyun.com \
    aol.co.uk aol.com aol.de aol.fr aon.at arcor.de arnet.com.ar atlas.cz att.net ballyhoo.com bbox.fr bellsouth.net \
    bigpond.com bigpond.net.au bluemail.ch bluewin.ch blueyonder.co.uk bol.com.br btinternet.com bt.com btopenworld.com \
    c2.hu cable.nl cegetel.net centrum.cz centurylink.net centurytel.net charter.net chello.at chello.nl club-internet.fr \
    comcast.net compuserve.com cox.net daum.net diff.nl dbmail.com docomo.ne.jp duck.com earthlink.net eircom.net \
    email.com email.cz email.de embarqmail.com excite.com ezweb.ne.jp fastmail.com fastmail.fm fibertel.com.ar foxmail.com \
    free.fr freemail.hu freenet.de freeserve.co.uk frontier.com frontiernet.net gmail.com gmx.at gmx.ch gmx.co.uk gmx.com gmx.de \
    gmx.es gmx.eu gmx.fr gmx.info gmx.li gmx.net gmx.org gmx.us go.com googlemail.com hanmail.net hccnet.nl hetnet.nl hey.com \
    hispeed.ch home.nl hotmail.at hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.id hotmail.co.il hotmail.co.jp \
    hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com hotmail.com.ar hotmail.com.au hotmail.com.br \
    hotmail.com.mx hotmail.com.tr hotmail.cz hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu \
    hotmail.it hotmail.nl hotmail.no hotmail.ph hotmail.rs hotmail.se hotmail.sg hushmail.com i.ua icloud.com ig.com.br \
    iinet.net.au inbox.com inbox.lv inbox.ru inode.at inwind.it iol.it iol.pt interia.pl juno.com kabelmail.de kabsi.at \
    kpnmail.nl kpnplanet.nl laposte.net libero.it liberty.nl list.ru live.at live.be live.ca live.cl live.cn live.co.uk \
    live.co.za live.com live.com.ar live.com.au live.com.mx live.com.pt live.de live.dk live.fi live.fr live.ie live.in \
    live.it live.jp live.nl live.no live.ru live.se luukku.com lycos.com lycos.de mac.com mail.bg mail.com mail.de mail.dk mail.ee \
    mail.ru mailbox.org mailfence.com me.com mindspring.com mozmail.com msn.com mweb.co.za myself.com naver.com nate.com \
    neostrada.pl netcologne.de netscape.net netzero.net neuf.fr noos.fr ntlworld.com numericable.fr o2.co.uk o2.pl o2online.de \
    onet.eu onet.pl online.de online.no onlinehome.de optonline.net optusnet.com.au orange.es orange.fr orange.net otenet.gr \
    outlook.at outlook.be outlook.cl outlook.co.id outlook.co.nz outlook.co.th outlook.com outlook.com.ar outlook.com.au \
    outlook.com.br outlook.com.tr outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in \
    outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk \
    ozemail.com.au pacbell.net passport.com pm.me poczta.onet.pl posteo.de posteo.net proton.me protonmail.ch protonmail.com \
    prodigy.net.mx ptd.net qq.com quicknet.nl rambler.ru rediffmail.com roadrunner.com rocketmail.com rogers.com rr.com \
    runbox.com safe-mail.net sapo.pt sasktel.net sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sina.cn singnet.com.sg \
    skynet.be sky.com sohu.com sunrise.ch suddenlink.net swissonline.ch sympatico.ca t-mobile.de t-online.de talk21.com \
    talktalk.net tele2.nl telefonica.net telenet.be telfort.nl teletu.it telia.com telus.net terra.com terra.com.br terra.es \
    tin.it tiscali.co.uk tiscali.fr tiscali.it tiscali.nl tlen.pl tuta.com tuta.io tutamail.com tutanota.com tutanota.de \
    tvcablenet.be ukr.net uol.com.br upcmail.nl usa.net verizon.net versatel.nl vip.163.com vip.qq.com virgilio.it \
    virgin.net virginmedia.com vodafone.de vodafone.it vodafone.nl voila.fr volny.cz vp.pl walla.co.il walla.com wanadoo.es \
    wanadoo.fr wanadoo.nl web.de windowslive.com windstream.net wowway.com wp.pl xs4all.nl xtra.co.nz ya.ru yahoo.at yahoo.be \
    yahoo.ca yahoo.cn yahoo.co.id yahoo.co.il yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.nz yahoo.co.th yahoo.co.uk \
    yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co yahoo.com.hk yahoo.com.mx \
    yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.cz yahoo.de yahoo.dk yahoo.es \
    yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se \
    yandex.by yandex.com yandex.kz yandex.ru yandex.ua yeah.net ymail.com zeelandnet.nl ziggo.nl zoho.com zoho.eu zohomail.com \
    zonnet.nl bk.ru internet.ru narod.ru gmx.tm hotmail.lt hotmail.lv outlook.ro outlook.co.il";

/// The names of functions that mailboxes have, in the languages of the people who write to them.
const ROLES: &str = "\
    abuse accounting accounts accountspayable accountsreceivable admin administracion administratie administration administrator \
    all ap ar anfrage anfragen assistance atencion atencionalcliente bestellung bestellungen beratung billing bewerbung \
    bewerbungen board boekhouding booking bookings buchhaltung buero büro career careers clientes commercial commerciale compliance \
    comercial compras compta comptabilite comunicacion communication communications contabilidad contact contacto contactus \
    contracts customer-service customercare customerservice customerservices customersupport datenschutz dataprotection \
    dev direccion direction dispatch dns do-not-reply donotreply dpo einkauf editor editorial empleo employment enquiries enquiry events everyone \
    export facturacion facturatie facturation fax feedback finance finances frontdesk ftp gdpr general geschaeftsfuehrung geschäftsführung gerencia head-office \
    hallo hello help helpdesk hola hostmaster hr human-resources humanresources impressum info infos information informatie informacion inkoop inoc inquiries inquiry \
    investor investorrelations investors invoice invoices invoicing ir ispfeedback ispsupport it jobs junk klantenservice kontakt \
    kundenservice kundendienst legal list list-request logistics mail mailbox mailer-daemon maildaemon mailerdaemon mailroom management manager managers marketing media moderator \
    news newsletter nobody no-reply no_reply noc noreply null office offers online order orders ordini oficina operations order-desk owner \
    parts payable payments payroll pedidos personal personnel personeel phish phishing post postbus postbox poststelle postmaster presse press prensa privacidad privacy procurement projects public-relations \
    publicrelations purchase purchasing quotes receivables reception receptie recepcion reclamaciones reclamation recruit recruiting recruitment \
    redaction redaktion refund registrar registration remove rechnung rechnungen request reservation reservations returns rh root rrhh \
    sales secretaria secretariat secretary security sekretariat server service serviceclient serviceclients service-client shipping shop spam staff subscribe \
    subscriptions soporte support suporte sysadmin system team tech technical technik test training travel trouble undisclosed-recipients \
    unsubscribe usenet uucp vendas vente ventes ventas verkauf verkoop vertrieb verwaltung web webadmin webinfo webmaster website welcome \
    werkstatt willkommen wholesale www zentrale";

/// Whether anybody can have a mailbox at the domain, which is in ASCII and lower case.
pub(super) fn is_free_mail(domain: &str) -> bool {
    static SET: OnceLock<HashSet<&'static str>> = OnceLock::new();
    SET.get_or_init(|| FREE_MAIL.split_ascii_whitespace().collect())
        .contains(domain)
}

/// Whether a local part, in lower case, is that of a function: exactly one of the names, up to a plus.
pub(super) fn is_role(local: &str) -> bool {
    static SET: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let name = local.split('+').next().unwrap_or(local);
    SET.get_or_init(|| ROLES.split_ascii_whitespace().collect())
        .contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_whole_name_before_a_plus() {
        for role in ["info", "no-reply", "info+shop", "büro"] {
            assert!(is_role(role), "{role}");
        }
        for person in [
            "information.desk.ada",
            "infoada",
            "ada+info",
            "+info",
            "salesman",
        ] {
            assert!(!is_role(person), "{person}");
        }
    }

    #[test]
    fn a_provider_is_known_by_its_whole_domain() {
        assert!(is_free_mail("gmail.com") && is_free_mail("yahoo.co.uk"));
        assert!(!is_free_mail("mail.gmail.com") && !is_free_mail("gmail.de"));
    }
}
