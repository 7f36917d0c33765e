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
 * Tells a tool that a course has changed.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\task;

use Firebase\JWT\JWT;
use ltiservice_nozimite\local\notices;
use ltiservice_nozimite\local\service\nozimite;
use mod_lti\local\ltiopenid\jwks_helper;

/**
 * Sends one signed notice with the number of the course and nothing about people: the tool then reads for itself.
 *
 * An exception leaves it in the queue: Moodle tries again after 1, 2, 4, ... minutes, 12 times.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send_notice extends \core\task\adhoc_task {
    /** @var string What the names of LTI's claims begin with. */
    private const CLAIM = 'https://purl.imsglobal.org/spec/lti/claim/';

    /** @var int How long the notice is valid, in seconds. */
    private const VALID = 300;

    /**
     * The name in the administrator's list of tasks.
     *
     * @return string the name
     */
    public function get_name(): string {
        return get_string('tasksendnotice', 'ltiservice_nozimite');
    }

    /**
     * One at a time: a tool that is slow holds no more than one of the site's few workers.
     *
     * @return int the most that run at once
     */
    protected function get_default_concurrency_limit(): int {
        return 1;
    }

    /**
     * Sends the notice, where it is still wanted.
     */
    public function execute(): void {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/lti/locallib.php');
        ['typeid' => $typeid, 'courseid' => $courseid] = (array) $this->get_custom_data();
        $type = lti_get_type($typeid);
        $handler = $type ? notices::handler($typeid) : '';
        if ($handler === '' || !$DB->record_exists('course', ['id' => $courseid])) {
            return;
        }
        [$status, $error] = $this->post($handler, $this->jwt($type, $courseid));
        mtrace("The notice of course {$courseid} to {$handler}: HTTP {$status} {$error}");
        if ($status === 410) {
            // The tool wants no more of them.
            lti_update_config((object) ['typeid' => $typeid, 'name' => nozimite::HANDLER, 'value' => '']);
        } else if ($status < 200 || $status > 299) {
            throw new \moodle_exception('noticefailed', 'ltiservice_nozimite', '', trim("HTTP {$status} {$error}"));
        }
    }

    /**
     * The notice, signed with the site's key for LTI.
     *
     * @param \stdClass $type the tool's type
     * @param int $courseid the course
     * @return string a JWT
     */
    private function jwt(\stdClass $type, int $courseid): string {
        global $CFG;
        $now = time();
        $key = jwks_helper::get_private_key();
        return JWT::encode([
            'iss' => $CFG->wwwroot,
            'aud' => $type->clientid,
            'iat' => $now,
            'exp' => $now + self::VALID,
            'nonce' => random_string(20),
            self::CLAIM . 'version' => '1.3.0',
            self::CLAIM . 'deployment_id' => (string) $type->id,
            self::CLAIM . 'notice' => [
                'id' => \core\uuid::generate(),
                'timestamp' => gmdate('Y-m-d\TH:i:s\Z', $now),
                'type' => nozimite::NOTICE_TYPE,
            ],
            self::CLAIM . 'context' => ['id' => (string) $courseid],
            nozimite::CLAIM => nozimite::completions_url($courseid),
        ], $key['key'], 'RS256', $key['kid']);
    }

    /**
     * Posts a notice, by Moodle's own class: the site's rules of cURL security and its proxy hold.
     *
     * @param string $handler where to
     * @param string $jwt the signed notice
     * @return array the HTTP status, 0 where there was no answer, and the error
     */
    private function post(string $handler, string $jwt): array {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        $curl = new \curl();
        $curl->setHeader('Content-Type: application/json');
        $curl->post($handler, json_encode(['notices' => [['jwt' => $jwt]]]), [
            'CURLOPT_TIMEOUT' => 10,
            'CURLOPT_CONNECTTIMEOUT' => 5,
            'CURLOPT_FOLLOWLOCATION' => 0,
        ]);
        return [(int) ($curl->get_info()['http_code'] ?? 0), (string) $curl->error];
    }
}
