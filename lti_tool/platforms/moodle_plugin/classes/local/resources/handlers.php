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
 * GET and PUT /nozimite/handlers
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local\resources;

use ltiservice_nozimite\local\refusal;
use ltiservice_nozimite\local\service\nozimite;
use mod_lti\local\ltiservice\response;

/**
 * Where a tool wants its notices, in the shape of 1EdTech's Platform Notification Service.
 *
 * The tool says its own address, so that no administrator has to type it.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class handlers extends resource {
    /** @var string The scope that the token must have. */
    protected const SCOPE = nozimite::SCOPE_NOTICES;

    /**
     * Sets address and media type.
     *
     * @param nozimite $service the service
     */
    public function __construct($service) {
        parent::__construct($service);
        $this->id = 'NozimiteHandlers';
        $this->template = '/nozimite/handlers';
        $this->formats[] = 'application/json';
        $this->methods[] = self::HTTP_GET;
        $this->methods[] = self::HTTP_PUT;
    }

    /**
     * Keeps the address that a PUT names, and answers with the one that holds.
     *
     * @param response $response request and answer
     */
    protected function answer(response $response): void {
        $type = $this->get_service()->get_type();
        if ($response->get_request_method() === self::HTTP_PUT) {
            $handler = $this->handler($this->body($response));
            lti_update_config((object) ['typeid' => $type->id, 'name' => nozimite::HANDLER, 'value' => $handler]);
        } else {
            $handler = lti_get_type_config($type->id)[nozimite::HANDLER] ?? '';
        }
        $response->set_content_type($this->formats[0]);
        $response->set_body(json_encode([
            'client_id' => $type->clientid,
            'deployment_id' => (string) $type->id,
            'notice_handlers' => [['notice_type' => nozimite::NOTICE_TYPE, 'handler' => $handler]],
        ], JSON_UNESCAPED_SLASHES));
    }

    /**
     * The address in a request: https on the tool's own domain, or empty for no notices.
     *
     * @param array $asked the request
     * @return string the address
     * @throws refusal
     */
    private function handler(array $asked): string {
        $handler = $asked['handler'] ?? null;
        if (($asked['notice_type'] ?? null) !== nozimite::NOTICE_TYPE || !is_string($handler)) {
            throw new refusal(400);
        }
        if ($handler === '') {
            return '';
        }
        $isurl = str_starts_with($handler, 'https://') && clean_param($handler, PARAM_URL) === $handler;
        if (!$isurl || lti_get_domain_from_url($handler) !== $this->get_service()->get_type()->tooldomain) {
            throw new refusal(400);
        }
        return $handler;
    }
}
