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
 * Deletes what the plugin has kept in the settings of tools, which Moodle leaves there.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Deletes the plugin's settings of every tool.
 *
 * @return bool always true
 */
function xmldb_ltiservice_nozimite_uninstall(): bool {
    global $DB;
    $DB->delete_records_list('lti_types_config', 'name', [
        \ltiservice_nozimite\local\service\nozimite::SETTING,
        \ltiservice_nozimite\local\service\nozimite::HANDLER,
    ]);
    return true;
}
