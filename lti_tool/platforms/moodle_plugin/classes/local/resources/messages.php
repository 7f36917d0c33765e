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
 * POST /nozimite/{course}/messages
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local\resources;

use ltiservice_nozimite\local\learners;
use ltiservice_nozimite\local\refusal;
use ltiservice_nozimite\local\service\nozimite;
use mod_lti\local\ltiservice\response;

/**
 * Tells a learner by a notification of Moodle that the badge is ready: {"sub": "7", "resource_link_id": "17"}.
 *
 * The words and the link are Moodle's own: a tool can neither write the text nor lead anywhere else.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class messages extends resource {
    /** @var string The scope that the token must have. */
    protected const SCOPE = nozimite::SCOPE_MESSAGE;

    /**
     * Sets address and media type.
     *
     * @param nozimite $service the service
     */
    public function __construct($service) {
        parent::__construct($service);
        $this->id = 'NozimiteMessages';
        $this->template = '/nozimite/{context_id}/messages';
        $this->formats[] = 'application/json';
        $this->methods[] = self::HTTP_POST;
    }

    /**
     * Sends the notification. Refused for whoever is no learner of the course, or may not see the activity.
     *
     * @param response $response request and answer
     */
    protected function answer(response $response): void {
        global $DB;
        $course = $this->course();
        $asked = $this->body($response);
        $lti = $DB->get_record('lti', [
            'id' => $this->number($asked, 'resource_link_id'),
            'course' => $course->id,
            'typeid' => $this->get_service()->get_type()->id,
        ]);
        $learner = $lti ? learners::find(\context_course::instance($course->id), $this->number($asked, 'sub')) : null;
        if (!$learner) {
            throw new refusal(404);
        }
        [$course, $activity] = get_course_and_cm_from_instance($lti->id, 'lti', $course->id, $learner->id);
        if (!$activity->uservisible) {
            throw new refusal(404);
        }
        $response->set_code(message_send($this->message($course, $activity, $learner)) ? 201 : 500);
    }

    /**
     * A number that a request writes as text, as LTI writes ids.
     *
     * @param array $asked the request
     * @param string $name the name of the number
     * @return int the number
     * @throws refusal
     */
    private function number(array $asked, string $name): int {
        $value = $asked[$name] ?? null;
        if (!is_string($value) || !ctype_digit($value) || strlen($value) > 18) {
            throw new refusal(404);
        }
        return (int) $value;
    }

    /**
     * The notification, in the learner's language.
     *
     * @param \stdClass $course the course
     * @param \cm_info $activity the activity that the notification opens
     * @param \stdClass $learner the learner
     * @return \core\message\message the notification
     */
    private function message(\stdClass $course, \cm_info $activity, \stdClass $learner): \core\message\message {
        $url = (new \moodle_url('/mod/lti/view.php', ['id' => $activity->id]))->out(false);
        $badge = $activity->get_formatted_name();
        $text = get_string_manager()->get_string('ready', 'ltiservice_nozimite', [
            'badge' => $badge,
            'course' => format_string($course->fullname, true, ['context' => \context_course::instance($course->id)]),
        ], $learner->lang);
        // Names are formatted as HTML; a subject and a plain text are not.
        $plain = html_entity_decode(strip_tags($text), ENT_QUOTES | ENT_HTML5);
        $message = new \core\message\message();
        $message->component = 'ltiservice_nozimite';
        $message->name = 'ready';
        $message->notification = 1;
        $message->courseid = $course->id;
        $message->userfrom = \core_user::get_noreply_user();
        $message->userto = $learner;
        $message->subject = $plain;
        $message->smallmessage = $plain;
        $message->fullmessage = "{$plain}\n{$url}";
        $message->fullmessageformat = FORMAT_PLAIN;
        $message->fullmessagehtml = \html_writer::tag('p', $text) . \html_writer::link($url, $badge);
        $message->contexturl = $url;
        $message->contexturlname = html_entity_decode(strip_tags($badge), ENT_QUOTES | ENT_HTML5);
        return $message;
    }
}
