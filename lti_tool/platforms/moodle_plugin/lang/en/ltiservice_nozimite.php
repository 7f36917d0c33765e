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
 * English.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['asthetoolasks'] = 'As the tool asks';
$string['messageprovider:ready'] = 'Your badge is ready';
$string['microcredentials'] = 'Micro-credential badges';
$string['mybadges'] = 'My badges';
$string['mybadgesof'] = 'My badges: {$a}';
$string['noticefailed'] = 'The Nozimite tool did not accept the notice of a change: {$a}';
$string['pluginname'] = 'Nozimite badges';
$string['privacy:metadata:message'] = 'The plugin sends learners a notification when their badge is ready. Moodle keeps it with all others.';
$string['privacy:metadata:tool'] = 'Where a course uses the Nozimite tool, the tool reads who has completed the course, to award badges. The plugin itself keeps nothing about people.';
$string['privacy:metadata:tool:activities'] = 'The completion of activities, when it changed, and who has overridden it';
$string['privacy:metadata:tool:completed'] = 'When the learner completed the course';
$string['privacy:metadata:tool:grades'] = 'Final grades, and whether they are hidden, overridden or excluded';
$string['privacy:metadata:tool:userid'] = 'The number of the learner in Moodle, without name or e-mail address';
$string['ready'] = 'Your badge “{$a->badge}” for {$a->course} is ready.';
$string['service'] = 'Nozimite: completions and grades';
$string['service_help'] = 'Whether the tool may read who has completed a course that uses it, the completion of its activities and its final grades, and tell learners in Moodle that their badge is ready. The tool is told when something has changed in the course, without names.

“As the tool asks” gives this to tools that were registered with the custom parameter $Nozimite.completions.url, as Nozimite is.';
$string['tasksendnotice'] = 'Tell the Nozimite tool that a course has changed';
