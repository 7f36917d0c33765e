<?php
// This file is part of ltiservice_nozimite, a plugin for Moodle - https://moodle.org/
//
// ltiservice_nozimite is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// ltiservice_nozimite is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with ltiservice_nozimite.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Latvian.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['asthetoolasks'] = 'Kā lūdz rīks';
$string['messageprovider:ready'] = 'Jūsu nozīmīte ir gatava';
$string['microcredentials'] = 'Mikroapliecinājumu nozīmītes';
$string['mybadges'] = 'Manas nozīmītes';
$string['mybadgesof'] = 'Manas nozīmītes: {$a}';
$string['noticefailed'] = 'Rīks „Nozimite” nepieņēma paziņojumu par izmaiņām: {$a}';
$string['pluginname'] = 'Nozīmītes („Nozimite”)';
$string['privacy:metadata:message'] = 'Spraudnis paziņo izglītojamajam, ka nozīmīte ir gatava. Moodle šo paziņojumu glabā kopā ar pārējiem.';
$string['privacy:metadata:tool'] = 'Ja kursā izmanto rīku „Nozimite”, rīks nolasa, kas ir pabeidzis kursu, lai piešķirtu nozīmītes. Pats spraudnis par cilvēkiem neko neglabā.';
$string['privacy:metadata:tool:activities'] = 'Aktivitāšu izpilde, kad tā mainījusies un kas to mainījis ar roku';
$string['privacy:metadata:tool:completed'] = 'Kad izglītojamais pabeidza kursu';
$string['privacy:metadata:tool:grades'] = 'Gala vērtējumi un tas, vai tie ir slēpti, mainīti ar roku vai izslēgti';
$string['privacy:metadata:tool:userid'] = 'Izglītojamā numurs Moodle vietnē, bez vārda un e-pasta adreses';
$string['ready'] = 'Jūsu nozīmīte „{$a->badge}” par kursu „{$a->course}” ir gatava.';
$string['service'] = '„Nozimite”: pabeigšana un vērtējumi';
$string['service_help'] = 'Vai rīks drīkst nolasīt, kas ir pabeidzis kursu, kurā rīku izmanto, aktivitāšu izpildi un gala vērtējumus un paziņot izglītojamajiem Moodle vietnē, ka nozīmīte ir gatava. Ja kursā kaut kas mainās, rīkam par to paziņo, nenosaucot vārdus.

„Kā lūdz rīks” to atļauj rīkiem, kas reģistrēti ar pielāgoto parametru $Nozimite.completions.url; rīks „Nozimite” ir tāds.';
$string['tasksendnotice'] = 'Paziņot rīkam „Nozimite”, ka kursā kaut kas ir mainījies';
